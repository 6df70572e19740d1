import HearthArtifacts

/// Files that people bring go through the reader of pickle and joblib files, plain and compressed, and what was read is
/// asked for everything it could give.
enum FileFuzzer {
    /// Small budgets: what a file may ask for at most is reached in a fraction of a second.
    static let limits = PickleLimits(
        fileByteCountMax: 1 << 20, contentByteCountMax: 1 << 20, arenaByteCountMax: 4 << 20, operationCountMax: 1 << 20,
        visitCountMax: 10_000)

    static func run(_ input: UnsafeRawBufferPointer) {
        do throws(ArtifactError) {
            let document = try unsafe PickleFile.read(bytes: input, path: "fuzz", limits: limits)
            precondition(document.arenaByteCount <= limits.arenaByteCountMax, "the arena outgrew its budget")
            var walk = PickleWalk()
            try visit(document.root, &walk)
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error without a word")
        }
    }

    private static func visit(_ node: PickleNode, _ walk: inout PickleWalk) throws(ArtifactError) {
        try walk.enter(node) { walk throws(ArtifactError) in
            _ = (node.found, node.path)
            _ = (try? node.bool(), try? node.integerText(), try? node.double(), try? node.string(), try? node.doubles())
            switch node.kind {
            case .list, .tuple, .set: for item in try node.items() { try visit(item, &walk) }
            case .dictionary:
                for pair in try node.pairs() {
                    try visit(pair.key, &walk)
                    try visit(pair.value, &walk)
                }
            case .object:
                for item in try node.arguments() { try visit(item, &walk) }
                if let state = try? node.state() { try visit(state, &walk) }
            case .array:
                let array = try node.array()
                read(array)
                for field in array.type.fields { read(try array.field(field.name)) }
                if array.type.kind == .object { for item in try node.items() { try visit(item, &walk) } }
            case .none, .bool, .integer, .float, .string, .bytes, .name, .opaque, .scalar, .elementType: break
            }
        }
    }

    private static func read(_ array: PickleArray) {
        let counts = [
            (try? array.doubles())?.count, (try? array.floats())?.count, (try? array.integers())?.count,
            (try? array.words())?.count, (try? array.bools())?.count, (try? array.strings())?.count,
        ]
        precondition(counts.allSatisfy { $0 == nil || $0 == array.count }, "an array has as many elements as it says")
    }
}
