import Foundation
import HearthArtifacts
import Testing

@Suite struct CorpusTests {
    @Test func `all files of the corpus load, and all files of one case hold the same graph`() throws {
        let cases = try Corpus.cases()
        var fileCount = 0
        for example in cases {
            var texts: [String: [String]] = [:]
            for file in example.files {
                let document = try PickleFile.read(path: file.path())
                #expect(document.arenaByteCount < 1 << 20, "\(example)")
                texts[try GraphText.of(document), default: []].append(file.lastPathComponent)
                fileCount += 1
            }
            #expect(texts.count == 1, "\(example): \(texts.values)")
        }
        #expect(cases.count >= 80)
        #expect(fileCount > 200)
    }

    @Test func `the estimator of every case is of the class that the case says`() throws {
        for example in try Corpus.cases() {
            guard let name = example.content["class"] as? String, let file = example.files.first else { continue }
            var node = try PickleFile.read(path: file.path()).root
            switch example.content["wrapped_in"] as? String {
            case "dict": node = try node.member("model")
            case "tuple": node = try node.item(0)
            default: break
            }
            let found = try #require(node.className)
            #expect(name.split(separator: ".").last.map(String.init) == found.name, "\(example)")
            let version = (example.content["versions"] as? [String: Any])?["sklearn"] as? String
            if found.module.hasPrefix("sklearn.") {
                #expect(try node.member("_sklearn_version").string() == version, "\(example)")
            }
        }
    }

    @Test func `plain values are read as Python wrote them`() throws {
        var count = 0
        for example in try Corpus.cases() {
            guard let value = example.content["value"] else { continue }
            for file in example.files {
                let document = try PickleFile.read(path: file.path())
                try PlainValue(place: "\(example)/\(file.lastPathComponent)").compare(document.root, value)
                count += 1
            }
        }
        #expect(count > 20)
    }
}

/// Compares a node with a case's typed `value`.
private struct PlainValue {
    var place: String

    func compare(_ node: PickleNode, _ value: Any) throws {
        let place = Comment(rawValue: "\(place) \(node.path)")
        switch value {
        case is NSNull: #expect(node.isNone, place)
        case let text as String: #expect(try node.string() == text, place)
        case let number as NSNumber: #expect(try node.bool() == number.boolValue, place)
        case let typed as [String: Any]:
            let type = try #require(typed["t"] as? String)
            try compare(node, type: type, typed["v"], typed, place)
        default: Issue.record("\(place): unknown value")
        }
    }

    private func compare(
        _ node: PickleNode, type: String, _ value: Any?, _ typed: [String: Any], _ place: Comment
    ) throws {
        switch type {
        case "int": #expect(try node.integerText() == value as? String, place)
        case "float": #expect(try node.double().bitPattern == Double(value as? String ?? "")?.bitPattern, place)
        case "bytes":
            let hex = try node.bytes().map { String(format: "%02x", $0) }.joined()
            #expect(hex == value as? String, place)
        case "list", "tuple":
            #expect(node.kind == (type == "list" ? .list : .tuple), place)
            try compareItems(node, value, place)
        case "set", "frozenset":
            #expect(node.kind == .set && node.isFrozen == (type == "frozenset"), place)
            try compareItems(node, value, place)
        case "dict":
            let pairs = try node.pairs()
            let expected = try #require(value as? [[Any]])
            try #require(pairs.count == expected.count, place)
            for (pair, other) in zip(pairs, expected) {
                try compare(pair.key, other[0])
                try compare(pair.value, other[1])
            }
        case "npscalar": #expect(try node.double() == (value as? NSNumber)?.doubleValue, place)
        case "datetime":
            let text = try #require(value as? String)
            let year = try node.arguments()[0].bytes().prefix(2).reduce(0) { $0 << 8 | Int($1) }
            #expect(node.isInstance("datetime") && text.hasPrefix("\(year)-"), place)
        case "ndarray":
            let array = try #require(value as? [String: Any])
            try compareArray(try node.array(), array, order: typed["order"] as? String, place)
        default: Issue.record("\(place): unknown type \(type)")
        }
    }

    private func compareItems(_ node: PickleNode, _ value: Any?, _ place: Comment) throws {
        let items = try node.items()
        let expected = try #require(value as? [Any])
        try #require(items.count == expected.count, place)
        for (item, other) in zip(items, expected) { try compare(item, other) }
    }

    private func compareArray(
        _ array: PickleArray, _ value: [String: Any], order: String?, _ place: Comment
    ) throws {
        #expect(array.shape == value["shape"] as? [Int], place)
        #expect(array.isFortran == (order == "F"), place)
        let data = try #require(value["data"] as? [Any])
        switch value["dtype"] as? String {
        case "float64", "float32", "float16":
            let text = try #require(value["b64"] as? String)
            let bytes = try #require(Data(base64Encoded: text))
            let doubles = try array.doubles()
            try #require(doubles.count == array.count)
            switch value["dtype"] as? String {
            case "float64": #expect(bits(doubles) { $0.bitPattern } == bytes, place)
            case "float32": #expect(bits(try array.floats()) { $0.bitPattern } == bytes, place)
            default:
                let expected = data.map { ($0 as? NSNumber)?.doubleValue.bitPattern }
                #expect(doubles.map { $0.bitPattern } == expected, place)
            }
        case "int64": #expect(try array.integers() == data.map { ($0 as? NSNumber)?.int64Value }, place)
        case "bool": #expect(try array.bools() == data.map { ($0 as? NSNumber)?.boolValue }, place)
        case "str": #expect(try array.strings() == data.map { $0 as? String }, place)
        case "object":
            for (node, other) in zip(try array.nodes(), data) {
                if let number = other as? NSNumber {
                    #expect(try node.double() == number.doubleValue, place)
                } else {
                    try compare(node, other)
                }
            }
        default: Issue.record("\(place): unknown dtype")
        }
    }

    private func bits<Value, Bits: FixedWidthInteger>(_ values: [Value], _ pattern: (Value) -> Bits) -> Data {
        Data(values.flatMap { value in unsafe withUnsafeBytes(of: pattern(value).littleEndian) { unsafe Array($0) } })
    }
}
