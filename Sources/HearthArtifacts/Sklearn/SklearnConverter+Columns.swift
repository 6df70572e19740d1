import HearthModel

extension SklearnConverter {
    // MARK: Column transformers and unions

    /// ColumnTransformer: each fitted transformer over the columns that it was fitted on.
    mutating func columnTransformer(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        let weights = try source.node.member(ifPresent: "transformer_weights")
        let places = try ColumnPlaces(source)
        var branches: [Branch] = []
        for entry in try source.node.member("transformers_").items() {
            guard try entry.count() == 3 else { throw entry.expected("a name, a transformer and columns") }
            let (name, node, list) = (try entry.item(0), try entry.item(1), try entry.item(2))
            if node.isString("drop") { continue }
            let columns = try places.columns(list)
            // A slice of three numbers may be all columns.
            try list.document.spend(columns.count * PickleDocument.stepByteCountPerColumn, at: list)
            // The library leaves out what has no columns.
            if columns.isEmpty { continue }
            branches.append(Branch(columns: columns, node: node, weight: try Self.weight(weights, name)))
        }
        try append(branches, source)
        isSparse = try source.flag("sparse_output_")
    }

    /// FeatureUnion: each transformer over all columns.
    mutating func featureUnion(_ source: SklearnEstimator) throws(ArtifactError) {
        if width == nil { try begin(Self.leader(of: source.node, depth: 0)) }
        steps.append(source.className)
        let weights = try source.node.member(ifPresent: "transformer_weights")
        var branches: [Branch] = []
        let all = Array(0..<(width ?? 0))
        for entry in try source.node.member("transformer_list").items() {
            guard try entry.count() == 2 else { throw entry.expected("a name and a transformer") }
            let (name, node) = (try entry.item(0), try entry.item(1))
            if node.isString("drop") { continue }
            branches.append(
                Branch(columns: all, node: node, weight: try Self.weight(weights, name)))
        }
        // The union is sparse when any part is, which the branches say.
        try append(branches, source)
    }

    private struct Branch {
        var columns: [Int]
        var node: PickleNode
        var weight: Double?
    }

    private mutating func append(_ branches: [Branch], _ source: SklearnEstimator) throws(ArtifactError) {
        var converted: [ColumnBranch] = []
        var nextOrigins: [Int?] = []
        var anySparse = false
        for branch in branches {
            var inner = SklearnConverter(texts: texts)
            inner.walk = walk
            inner.steps = steps
            inner.width = branch.columns.count
            inner.signature = InputSignature(columnCount: branch.columns.count)
            inner.origins = branch.columns.map { origin(of: $0) }
            inner.isSparse = isSparse
            inner.acceptsPartial = acceptsPartial
            if !branch.node.isString("passthrough") { try inner.transformer(branch.node) }
            guard let innerWidth = inner.width else { continue }
            if let weight = branch.weight { try inner.scale(by: weight, branch.node) }
            walk = inner.walk
            steps = inner.steps
            anySparse = anySparse || inner.isSparse
            converted.append(ColumnBranch(columns: branch.columns, stages: inner.stages))
            nextOrigins += (0..<innerWidth).map { inner.origin(of: $0) }
            guard nextOrigins.count <= ModelLimits.columnCount else {
                throw source.node.error(
                    "\(nextOrigins.count) columns or more found, at most \(ModelLimits.columnCount) expected",
                    code: .overBudget)
            }
        }
        guard !nextOrigins.isEmpty else {
            throw source.refusal("no columns leave it, one or more expected", hint: SklearnRefusals.hint)
        }
        stages.append(.columns(converted))
        width = nextOrigins.count
        origins = nextOrigins
        isSparse = anySparse
    }

    /// A weight of `transformer_weights`: what leaves the transformer is multiplied by it.
    private mutating func scale(by weight: Double, _ node: PickleNode) throws(ArtifactError) {
        let count = width ?? 0
        try useNumbers(node)
        // Adding negative zero changes no bit.
        stages.append(
            .scale(
                Scaler(
                    .multiplyThenAdd(
                        scale: [Double](repeating: weight, count: count),
                        offset: [Double](repeating: -0.0, count: count), clip: nil))))
    }

    private static func weight(_ weights: PickleNode?, _ name: PickleNode) throws(ArtifactError) -> Double? {
        guard let weights else { return nil }
        return try weights.member(ifPresent: try name.string())?.finiteDouble()
    }

    /// The first object within a step that was told its columns.
    static func leader(of node: PickleNode, depth: Int) throws(ArtifactError) -> SklearnEstimator {
        let source = try SklearnEstimator(node)
        guard depth < ModelLimits.stageDepth else { return source }
        let name: String
        switch source.className {
        case "Pipeline": name = "steps"
        case "FeatureUnion": name = "transformer_list"
        default: return source
        }
        for entry in try node.member(name).items() {
            let step = try entry.item(1)
            guard step.kind == .object else { continue }
            return try leader(of: step, depth: depth + 1)
        }
        return source
    }

    // MARK: The kinds of columns

    /// The column of the request whose value stands at `position` of the row as it is now; nil when it was computed.
    func origin(of position: Int) -> Int? {
        guard let origins else { return position }
        return position < origins.count ? origins[position] : nil
    }

    /// Notes that every value of the row as it is now is a number, and forgets where they come from: what follows
    /// computes with them.
    mutating func useNumbers(_ node: PickleNode) throws(ArtifactError) {
        let count = width ?? 0
        for position in 0..<count {
            if let column = origin(of: position) { try texts.useNumber(column, node) }
        }
        origins = [Int?](repeating: nil, count: count)
    }
}

/// Columns as users name them: by number, name, mask or slice.
struct ColumnPlaces {
    private let source: SklearnEstimator
    private let count: Int
    private let names: [String]
    private let positions: [[UInt8]: Int]

    init(_ source: SklearnEstimator) throws(ArtifactError) {
        self.source = source
        count = try source.columnCount()
        names = try source.columnNames()
        positions = Dictionary(names.enumerated().map { (Array($1.utf8), $0) }) { first, _ in first }
    }

    /// The columns in the order of the selection.
    func columns(_ node: PickleNode) throws(ArtifactError) -> [Int] {
        switch node.kind {
        // scikit-learn 1.5 and 1.6 keep the remainder's columns in a list of its own class.
        case .object where node.isInstance("_RemainderColsList"): return try columns(node.member("data"))
        case .object where node.isInstance("slice"): return try slice(node)
        case .list, .tuple: return try select(node.items())
        case .array:
            let array = try node.array().requireShape([nil])
            switch array.type.kind {
            case .bool: return try mask(array.bools(), node)
            case .signed, .unsigned:
                var result: [Int] = []
                for number in try array.integers() { result.append(try position(number, node)) }
                return result
            case .text:
                var result: [Int] = []
                for name in try array.strings() { result.append(try position(name, node)) }
                return result
            case .object: return try select(array.nodes())
            case .float, .bytes, .record: throw node.expected("numbers, names or a mask of columns")
            }
        default:
            throw source.refusal(
                "one column as \(node.found) found, which hands a transformer no table; a list of columns expected",
                hint: "write the column in brackets, as in ['name']")
        }
    }

    private func select(_ items: [PickleNode]) throws(ArtifactError) -> [Int] {
        if !items.isEmpty, items.allSatisfy({ $0.kind == .bool }), let first = items.first {
            var flags: [Bool] = []
            for item in items { flags.append(try item.bool()) }
            return try mask(flags, first)
        }
        var result: [Int] = []
        for item in items {
            if let name = try? item.string() {
                result.append(try position(name, item))
            } else {
                result.append(try position(try item.integer(), item))
            }
        }
        return result
    }

    private func mask(_ flags: [Bool], _ node: PickleNode) throws(ArtifactError) -> [Int] {
        guard flags.count == count else {
            throw node.error("\(flags.count) flags for \(count) columns found, one each expected")
        }
        return flags.indices.filter { flags[$0] }
    }

    private func position(_ number: Int64, _ node: PickleNode) throws(ArtifactError) -> Int {
        // Counted from the end, as Python does.
        guard number >= -Int64(count), number < Int64(count) else {
            throw node.error("column \(number) found, 0 to \(count - 1) expected")
        }
        return number < 0 ? count + Int(number) : Int(number)
    }

    private func position(_ name: String, _ node: PickleNode) throws(ArtifactError) -> Int {
        guard let position = positions[Array(name.utf8)] else {
            throw node.error("column '\(PickleText.shown(name))' found, one of the \(names.count) names expected")
        }
        return position
    }

    private func slice(_ node: PickleNode) throws(ArtifactError) -> [Int] {
        let parts = try node.arguments()
        guard parts.count == 3 else { throw node.expected("a slice of three parts") }
        if parts.contains(where: { $0.kind == .string }) {
            // By name: the last column is one of them, and a step is not looked at.
            let first = parts[0].isNone ? 0 : try position(parts[0].string(), parts[0])
            let last = parts[1].isNone ? count - 1 : try position(parts[1].string(), parts[1])
            return first <= last ? Array(first...last) : []
        }
        let step = parts[2].isNone ? 1 : try parts[2].integer(in: -Int(Int32.max)...Int(Int32.max))
        guard step != 0 else { throw parts[2].error("a step of 0 found, another number expected") }
        // As Python's slice.indices: bounds beyond the ends are the ends.
        func bound(_ part: PickleNode, _ absent: Int) throws(ArtifactError) -> Int {
            guard !part.isNone else { return absent }
            let value = try part.integer()
            let (low, high) = step > 0 ? (0, count) : (-1, count - 1)
            let shifted = value < 0 ? value.addingReportingOverflow(Int64(count)).partialValue : value
            return Int(min(max(shifted, Int64(low)), Int64(high)))
        }
        let first = try bound(parts[0], step > 0 ? 0 : count - 1)
        let end = try bound(parts[1], step > 0 ? count : -1)
        return Array(stride(from: first, to: end, by: step))
    }
}
