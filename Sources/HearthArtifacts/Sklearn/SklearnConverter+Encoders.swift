import HearthModel

extension SklearnConverter {
    // MARK: Encoders

    mutating func oneHotEncoder(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        try checkEncoder(source)
        let unknown = try source.text("handle_unknown")
        guard ["error", "ignore", "infrequent_if_exist", "warn"].contains(unknown) else {
            throw source.refusal("handle_unknown='\(PickleText.shown(unknown))' found, which is not computed")
        }
        let grouping = try EncoderGrouping(source)
        var columns = try categories(source, grouping)
        if let dropped = try grouping.dropped(source) {
            let items = try droppedPositions(dropped)
            guard items.count == columns.count else {
                throw dropped.error(
                    "\(items.count) dropped categories for \(columns.count) columns found, one each expected")
            }
            for (index, item) in items.enumerated() {
                guard let item else { continue }
                guard item >= 0, item < Int64(columns[index].positionCount) else {
                    throw dropped.error(
                        "dropped category \(item) of column \(index) found, 0 to "
                            + "\(columns[index].positionCount - 1) expected")
                }
                columns[index].dropped = Int(item)
            }
        }
        switch unknown {
        case "error": append(Encoder(form: .oneHot, columns: columns, unknown: nil))
        case "infrequent_if_exist" where grouping.isEnabled, "warn" where grouping.isEnabled:
            appendByColumn(columns)
        default: append(Encoder(form: .oneHot, columns: columns, unknown: 0))
        }
        let name = try source.node.hasMember("sparse_output") ? "sparse_output" : "sparse"
        isSparse = try source.flag(name, absent: true)
    }

    mutating func ordinalEncoder(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        try checkEncoder(source)
        var unknown: Double?
        switch try source.text("handle_unknown") {
        case "error": break
        case "use_encoded_value": unknown = try source.node.member("unknown_value").double()
        case let other: throw source.refusal("handle_unknown='\(PickleText.shown(other))' found, which is not computed")
        }
        let missing = try source.node.member(ifPresent: "encoded_missing_value")?.double() ?? .nan
        append(
            Encoder(
                form: .ordinal(missing: missing), columns: try categories(source, EncoderGrouping(source)),
                unknown: unknown,
                acceptsMissing: source.version >= SklearnVersion(1, 0)))
    }

    private mutating func append(_ encoder: Encoder) {
        stages.append(.encode(encoder))
        width = encoder.outputCount
        origins = [Int?](repeating: nil, count: encoder.outputCount)
    }

    /// An encoder for each column: what a value is that is no category depends on whether the column has infrequent
    /// ones, which it then counts with.
    private mutating func appendByColumn(_ columns: [Encoder.Column]) {
        let branches = columns.enumerated().map { index, column in
            // The infrequent categories stand at the last position.
            let counts = column.positions != nil && column.dropped != column.positionCount - 1
            return ColumnBranch(
                columns: [index], stages: [.encode(Encoder(form: .oneHot, columns: [column], unknown: counts ? 1 : 0))])
        }
        let count = Encoder(form: .oneHot, columns: columns).outputCount
        stages.append(.columns(branches))
        width = count
        origins = [Int?](repeating: nil, count: count)
    }

    private func checkEncoder(_ source: SklearnEstimator) throws(ArtifactError) {
        guard !isSparse else { throw source.refusal("an encoder after sparse columns found, dense ones expected") }
        let type = try source.node.member("dtype")
        let name = type.kind == .name ? type.className?.name ?? "?" : try type.elementType().text
        let known = ["float64", "float", "f8", "int64", "int32", "int16", "int8", "uint8", "int", "i8", "i4", "long"]
        guard known.contains(name) else {
            throw source.refusal("dtype \(name) found, float64 or integers expected", hint: "train with dtype=float64")
        }
    }

    /// `categories_` as a row holds them.
    private mutating func categories(
        _ source: SklearnEstimator, _ grouping: EncoderGrouping
    ) throws(ArtifactError) -> [Encoder.Column] {
        let list = try source.node.member("categories_")
        let items = try list.items()
        guard items.count == width else {
            throw list.error("categories of \(items.count) columns found, \(width ?? 0) expected")
        }
        var columns: [Encoder.Column] = []
        for (position, item) in items.enumerated() {
            let values = try categoryValues(item, position: position)
            guard (1...ModelLimits.vocabularyTextCount).contains(values.count) else {
                throw item.error("\(values.count) categories found, 1 or more expected")
            }
            let sorted = values.filter { !$0.isNaN }.sorted()
            guard sorted.allSatisfy(\.isFinite), values.count - sorted.count <= 1,
                zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw item.error("an infinite category, or one more than once, found") }
            columns.append(
                Encoder.Column(categories: values, positions: try grouping.positions(of: position, values, item)))
        }
        return columns
    }

    private func categoryValues(_ node: PickleNode, position: Int) throws(ArtifactError) -> [Double] {
        let array = try node.array().requireShape([nil])
        switch array.type.kind {
        case .text:
            var values: [Double] = []
            for text in try array.strings() { values.append(try code(of: text, position, node)) }
            return values
        case .object: return try mixedValues(array.nodes(), node, position: position)
        case .bool, .signed, .unsigned, .float:
            if let column = origin(of: position) { try texts.useNumber(column, node) }
            return try array.doubles()
        case .bytes, .record:
            throw node.error(
                "categories in \(node.found) found, text or numbers expected", code: .unsupported,
                hint: "train with columns of one of these")
        }
    }

    /// Objects: texts, or numbers; None stands beside texts only.
    private func mixedValues(
        _ items: [PickleNode], _ node: PickleNode, position: Int
    ) throws(ArtifactError) -> [Double] {
        let hasText = items.contains { (try? $0.string()) != nil }
        var values: [Double] = []
        for item in items {
            if item.isNone {
                guard hasText, let column = origin(of: position) else {
                    throw item.error(
                        "None among categories that are not text found", code: .unsupported,
                        hint: "train with NaN as the missing number")
                }
                try texts.useText(column, item)
                values.append(Vocabulary.none)
            } else if let text = try? item.string() {
                values.append(try code(of: text, position, item))
            } else {
                let number = try item.double()
                guard !hasText || number.isNaN else {
                    throw item.error(
                        "a number among categories of text found", code: .unsupported,
                        hint: "train with columns of one kind")
                }
                values.append(number)
            }
        }
        if !hasText, let column = origin(of: position) { try texts.useNumber(column, node) }
        return values
    }

    /// The code of a text of the column at `position`.
    func code(of text: String, _ position: Int, _ node: PickleNode) throws(ArtifactError) -> Double {
        guard let column = origin(of: position) else {
            throw node.error(
                "text for a column that is computed found, numbers expected", code: .unsupported,
                hint: SklearnRefusals.hint)
        }
        return try texts.code(of: text, column: column, node)
    }

    private func droppedPositions(_ node: PickleNode) throws(ArtifactError) -> [Int64?] {
        let array = try node.array().requireShape([nil])
        guard array.type.kind == .object else { return try array.integers() }
        var positions: [Int64?] = []
        for item in try array.nodes() { positions.append(item.isNone ? nil : try item.integer()) }
        return positions
    }

    // MARK: FunctionTransformer

    /// FunctionTransformer without a function: the columns as they are.
    mutating func functionTransformer(_ source: SklearnEstimator) throws(ArtifactError) {
        if let function = try source.node.member(ifPresent: "func") {
            // HistGradientBoosting has one that only turns numbers into float64.
            guard acceptsPartial, function.isInstance("partial") else {
                throw source.refusal(
                    "a function found, none expected: what it does is not in the file",
                    hint: "use FunctionTransformer(None), or do in the caller what the function does")
            }
            try useNumbers(source.node)
        }
        guard try !source.flag("validate") else { throw source.refusal("validate=True found, False expected") }
        // It may not know its columns; then the next step does.
        let knowsColumns = try source.node.hasMember("n_features_in_")
        guard width == nil, knowsColumns else { return steps.append(source.className) }
        try enterStep(source)
    }
}
