import HearthArtifacts

/// Compares a value of a pickle with the typed content of a case without an estimator.
struct PlainValue {
    private var differences: [String] = []

    /// What differs, each with its place; at most ``ArrayComparison/mismatchCountMax``.
    static func differences(_ node: PickleNode, _ value: JSONTree) -> [String] {
        var comparison = PlainValue()
        do throws(ArtifactError) {
            try comparison.compare(node, value, depth: 0)
        } catch {
            comparison.differences.append(error.description)
        }
        return Array(comparison.differences.prefix(ArrayComparison.mismatchCountMax))
    }

    private mutating func expect(_ isEqual: Bool, _ node: PickleNode, _ expected: String) {
        guard !isEqual else { return }
        differences.append("\(node.path.isEmpty ? "value" : node.path): \(node.found) found, \(expected) expected")
    }

    private mutating func compare(_ node: PickleNode, _ value: JSONTree, depth: Int) throws(ArtifactError) {
        guard depth < JSONTree.depthMax else { return }
        switch value {
        case .null: expect(node.isNone, node, "None")
        case .text(let text): expect(try node.string() == text, node, "'\(text)'")
        case .bool(let flag): expect(try node.bool() == flag, node, "\(flag)")
        case .number(let number): expect(try node.double() == number, node, "\(number)")
        case .list: expect(false, node, "a typed value")
        case .object: try compare(node, typed: value, depth: depth)
        }
    }

    private mutating func compare(_ node: PickleNode, typed: JSONTree, depth: Int) throws(ArtifactError) {
        let content = typed["v"]
        let type = typed["t"]?.text ?? ""
        switch type {
        case "int": expect(try node.integerText() == content?.text, node, "int \(content?.text ?? "?")")
        case "float":
            let expected = Double(content?.text ?? "") ?? .nan
            let isEqual = try ArrayCell.number(node.double()).isEqualBitForBit(.number(expected))
            expect(isEqual, node, "float \(expected)")
        case "bytes": expect(try Self.hex(node.bytes()) == content?.text, node, "bytes \(content?.text ?? "?")")
        case "list", "tuple":
            expect(node.kind == (type == "list" ? .list : .tuple), node, "a \(type)")
            try compareItems(node, content, depth: depth)
        case "set", "frozenset":
            expect(node.kind == .set && node.isFrozen == (type == "frozenset"), node, "a \(type)")
            try compareItems(node, content, depth: depth)
        case "dict":
            let pairs = try node.pairs()
            let expected = content?.items ?? []
            expect(pairs.count == expected.count, node, "\(expected.count) pairs")
            for (pair, other) in zip(pairs, expected) {
                guard let parts = other.items, parts.count == 2 else { continue }
                try compare(pair.key, parts[0], depth: depth + 1)
                try compare(pair.value, parts[1], depth: depth + 1)
            }
        case "npscalar":
            if case .number(let number) = content ?? .null {
                expect(try node.double() == number, node, "\(number)")
            } else if let content {
                try compare(node, content, depth: depth + 1)
            }
        case "datetime":
            let packed = try node.arguments().first?.bytes() ?? []
            let year = packed.prefix(2).reduce(0) { $0 << 8 | Int($1) }
            let text = content?.text ?? "?"
            expect(node.isInstance("datetime") && text.hasPrefix("\(year)-"), node, "datetime \(text)")
        case "ndarray": try compareArray(node, content ?? typed, order: typed["order"]?.text)
        default: expect(false, node, "a value of type '\(type)', which is not known here")
        }
    }

    private mutating func compareItems(
        _ node: PickleNode, _ value: JSONTree?, depth: Int
    ) throws(ArtifactError) {
        let items = try node.items()
        let expected = value?.items ?? []
        expect(items.count == expected.count, node, "\(expected.count) items")
        for (item, other) in zip(items, expected) { try compare(item, other, depth: depth + 1) }
    }

    private mutating func compareArray(
        _ node: PickleNode, _ value: JSONTree, order: String?
    ) throws(ArtifactError) {
        let array = try node.array()
        let shape = (value["shape"]?.items ?? []).compactMap(\.integer)
        expect(array.shape == shape, node, "shape \(shape)")
        expect(array.isFortran == (order == "F"), node, "order \(order ?? "?")")
        if value["dtype"]?.text == "object" {
            for (item, other) in zip(try array.nodes(), value["data"]?.items ?? []) {
                try compare(item, other, depth: 1)
            }
            return
        }
        let expected: ExpectedArray
        do throws(VerifyError) { expected = try ExpectedArray(value, place: node.path) } catch {
            expect(false, node, error.description)
            return
        }
        let found: [ArrayCell] =
            switch value["dtype"]?.text {
            case "int64": try array.integers().map { .number(Double($0)) }
            case "bool": try array.bools().map { .number($0 ? 1 : 0) }
            case "str": try array.strings().map { .text($0) }
            default: try array.doubles().map { .number($0) }
            }
        let isEqual =
            found.count == expected.cells.count
            && zip(found, expected.cells).allSatisfy { $0.isEqualBitForBit($1) }
        expect(isEqual, node, "an array with other values")
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
    }
}
