import HearthModel

/// One fitted object of scikit-learn: its state, its class and the version that wrote it.
struct SklearnEstimator {
    let node: PickleNode
    let className: String
    let version: SklearnVersion
    let versionText: String

    /// Reads the version.
    ///
    /// Throws `.unsupportedVersion` outside ``SklearnVersion/supported``.
    init(_ node: PickleNode) throws(ArtifactError) {
        guard node.kind == .object, let found = node.className else { throw node.expected("a fitted estimator") }
        self.node = node
        className = found.name
        let range = SklearnVersion.supported
        let expected =
            "\(range.lowerBound.major).\(range.lowerBound.minor) to "
            + "\(range.upperBound.major).\(range.upperBound.minor)"
        guard let stored = try node.member(ifPresent: "_sklearn_version") else {
            throw node.error(
                "\(className) without '_sklearn_version' found, one of scikit-learn \(expected) expected",
                code: .unsupportedVersion, hint: Self.versionHint)
        }
        versionText = try stored.string()
        guard let version = SklearnVersion(versionText), range.contains(version) else {
            throw stored.error(
                "\(className) of scikit-learn \(PickleText.shown(versionText)) found, \(expected) expected",
                code: .unsupportedVersion, hint: Self.versionHint)
        }
        self.version = version
    }

    /// What to do about a version that is not read.
    static let versionHint = "train and save the model with a version of scikit-learn that is read"

    /// The refusal of something that the estimator has and that is not computed.
    func refusal(_ reason: String, hint: String = "train the model without it") -> ArtifactError {
        node.error("\(className) of scikit-learn \(versionText): \(reason)", code: .unsupported, hint: hint)
    }

    /// A string parameter or attribute.
    func text(_ name: String) throws(ArtifactError) -> String { try node.member(name).string() }

    /// A bool parameter that older versions do not have.
    func flag(_ name: String, absent: Bool = false) throws(ArtifactError) -> Bool {
        guard let value = try node.member(ifPresent: name) else { return absent }
        return try value.bool()
    }

    /// The columns that the object was fitted on.
    func columnCount() throws(ArtifactError) -> Int {
        // Some classes of 0.24 have the older name only.
        for name in ["n_features_in_", "n_features_"] {
            guard let value = try node.member(ifPresent: name) else { continue }
            return try value.integer(in: 1...ModelLimits.columnCount)
        }
        // After partial_fit alone 0.24 has neither.
        if let weights = try node.member(ifPresent: "coef_"), weights.kind == .array,
            let count = try weights.array().shape.last, (1...ModelLimits.columnCount).contains(count)
        {
            return count
        }
        // The encoders of 0.24 have neither.
        if let categories = try node.member(ifPresent: "categories_") {
            let count = try categories.count()
            if (1...ModelLimits.columnCount).contains(count) { return count }
        }
        throw node.error("neither 'n_features_in_' nor 'n_features_' found: \(className) is not fitted")
    }

    /// The names of the columns; empty when there are none.
    func columnNames() throws(ArtifactError) -> [String] {
        guard let names = try node.member(ifPresent: "feature_names_in_") else { return [] }
        let strings = try names.strings()
        let count = try columnCount()
        guard strings.count == count else {
            throw names.error("\(strings.count) names for \(count) columns found, one each expected")
        }
        return strings
    }

    /// Numbers of an attribute, one per column, each finite.
    func columnValues(_ name: String, count: Int) throws(ArtifactError) -> [Double] {
        let value = try node.member(name)
        let numbers = try value.doubles()
        guard numbers.count == count else {
            throw value.error("\(numbers.count) numbers for \(count) columns found, one each expected")
        }
        guard numbers.allSatisfy(\.isFinite) else { throw value.error("a number that is not finite found") }
        return numbers
    }

    /// `classes_` of a classifier.
    func labels() throws(ArtifactError) -> ClassLabels {
        try ClassLabels(node.member("classes_"), of: self)
    }
}

extension PickleNode {
    /// The numbers of an array, or the one number that a scalar is.
    func numbers() throws(ArtifactError) -> [Double] {
        switch kind {
        case .array, .list, .tuple: try doubles()
        default: [try double()]
        }
    }

    /// Whether the value is the string `text`.
    func isString(_ text: String) -> Bool { kind == .string && (try? string()) == text }
}

extension ClassLabels {
    /// The labels of an array of integers, bools or text.
    ///
    /// Throws `.unsupported` for several outputs and for labels of other types.
    init(_ node: PickleNode, of estimator: SklearnEstimator) throws(ArtifactError) {
        guard node.kind == .array else {
            throw estimator.refusal("several outputs found, one expected", hint: "train one model per output")
        }
        try self.init(labels: node)
    }

    /// The labels of an array of integers, bools or text.
    init(labels node: PickleNode) throws(ArtifactError) {
        let array = try node.array().requireShape([nil])
        guard (1...ModelLimits.outputCount).contains(array.count) else {
            throw node.error("\(array.count) classes found, 1 to \(ModelLimits.outputCount) expected")
        }
        switch array.type.kind {
        case .bool: self = .booleans(try array.bools())
        case .signed, .unsigned: self = .integers(try array.integers())
        case .text: self = .strings(try array.strings())
        case .object:
            let kinds = Set(try array.nodes().map(\.kind))
            switch kinds {
            case [.string]: self = .strings(try array.strings())
            case [.integer]: self = .integers(try array.integers())
            case [.bool]: self = .booleans(try array.integers().map { $0 != 0 })
            case [.float]:
                var labels: [Double] = []
                for item in try array.nodes() { labels.append(try item.finiteDouble()) }
                self = .floats(labels)
            default: throw Self.refusal(node)
            }
        case .float: self = .floats(try Self.finite(array))
        case .bytes, .record: throw Self.refusal(node)
        }
    }

    private static func finite(_ array: PickleArray) throws(ArtifactError) -> [Double] {
        let labels = try array.doubles()
        guard labels.allSatisfy(\.isFinite) else { throw refusal(array.node) }
        return labels
    }

    private static func refusal(_ node: PickleNode) -> ArtifactError {
        node.error(
            "class labels in \(node.found) found, finite numbers, bools or strings expected", code: .unsupported,
            hint: "train the classifier with labels of one of these types")
    }
}
