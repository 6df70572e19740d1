import HearthModel

/// The infrequent categories of an encoder (`min_frequency`, `max_categories`), which share a position.
struct EncoderGrouping {
    /// Whether the encoder looks for infrequent categories, whether or not it found some.
    let isEnabled: Bool
    /// Per column the position of each category, None where no category is infrequent.
    private let mappings: [PickleNode]

    init(_ source: SklearnEstimator) throws(ArtifactError) {
        isEnabled = try source.flag("_infrequent_enabled")
        mappings = isEnabled ? try source.node.member("_default_to_infrequent_mappings").items() : []
    }

    /// The positions of the categories of a column; nil where each has its own.
    ///
    /// An OrdinalEncoder does not count NaN, the last category, with the others: it has a code of its own.
    func positions(
        of column: Int, _ categories: [Double], _ node: PickleNode
    ) throws(ArtifactError) -> [Int]? {
        guard isEnabled else { return nil }
        guard column < mappings.count else {
            throw node.error("positions of \(mappings.count) columns found, of more expected")
        }
        let mapping = mappings[column]
        guard !mapping.isNone else { return nil }
        var positions = try mapping.array().requireShape([nil]).integers().map { Int(clamping: $0) }
        if positions.count == categories.count - 1, categories.last?.isNaN == true { positions.append(0) }
        guard positions.count == categories.count, positions.allSatisfy({ categories.indices.contains($0) }) else {
            throw mapping.error(
                "\(positions.count) positions found, one of 0 to \(categories.count - 1) for each category expected")
        }
        return positions
    }

    /// The positions without output, one per column; nil when there are none. Up to scikit-learn 1.1 `drop_idx_` has
    /// them, later that of the categories.
    func dropped(_ source: SklearnEstimator) throws(ArtifactError) -> PickleNode? {
        let grouped = "_drop_idx_after_grouping"
        let isApart = isEnabled ? try source.node.hasMember(grouped) : false
        return try source.node.member(ifPresent: isApart ? grouped : "drop_idx_")
    }
}
