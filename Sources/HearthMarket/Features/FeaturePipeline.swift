/// Features of a schema, bar by bar: the one computation behind training, backtests and live decisions.
///
/// A row depends on the last ``warmUpBarCount`` bars alone, to the last bit; it does not matter when the pipeline
/// began. A push costs a pass over each feature's window and allocates nothing while nobody else holds ``values``. Bars
/// are to be good and in order, as ``BarValidator`` lets them through. Not thread safe; one owner.
package struct FeaturePipeline: Sendable {
    package let schema: FeatureSchema
    /// Bars that must have come before there is a row: the most that any feature needs.
    package let warmUpBarCount: Int
    /// The row at the newest bar, in the order of the schema; zeros before ``isWarm``.
    package private(set) var values: [Double]

    private let kinds: [FeatureKind]
    private var bars: RecentBars

    /// The most values that one push looks at, over all features: a schema of a thousand of the longest windows would
    /// take seconds per bar.
    static let workMax = 2_000_000

    /// A pipeline that has seen nothing.
    ///
    /// Throws ``MarketError`` for a schema that this library cannot compute to the bit: another library version, an
    /// unknown kind, a parameter that is missing, unknown or out of range, a column named twice, or none at all.
    package init(_ schema: FeatureSchema) throws(MarketError) {
        guard schema.libraryVersion == FeatureSchema.currentLibraryVersion else {
            throw MarketError(
                .badCard,
                "the features are of library version '\(schema.libraryVersion.prefix(40))', this program computes "
                    + "'\(FeatureSchema.currentLibraryVersion)'",
                hint: "train the model again with this version")
        }
        guard !schema.definitions.isEmpty, schema.definitions.count <= FeatureSchema.definitionCountMax else {
            throw MarketError(
                .badCard,
                "the schema has \(schema.definitions.count) features, expected 1 to "
                    + "\(FeatureSchema.definitionCountMax)")
        }
        guard Set(schema.columnNames).count == schema.definitions.count, !schema.columnNames.contains("") else {
            throw MarketError(.badCard, "the schema names a column twice, or has one without a name")
        }
        var kinds: [FeatureKind] = []
        for definition in schema.definitions { kinds.append(try FeatureKind(definition)) }
        let work = kinds.reduce(0) { $0 + $1.warmUpBarCount }
        guard work <= Self.workMax else {
            throw MarketError(
                .badCard, "the features look at \(work) values per bar, at most \(Self.workMax) are allowed",
                hint: "use fewer features or shorter windows")
        }
        self.schema = schema
        self.kinds = kinds
        warmUpBarCount = kinds.reduce(1) { max($0, $1.warmUpBarCount) }
        values = [Double](repeating: 0, count: kinds.count)
        bars = RecentBars(capacity: warmUpBarCount)
    }

    /// Whether enough bars have come for ``values`` to be a row.
    package var isWarm: Bool { bars.count >= warmUpBarCount }

    /// Bars that have come.
    package var barCount: Int { bars.count }

    /// Takes the next bar and, when warm, computes its row.
    package mutating func push(_ bar: Bar) {
        bars.append(bar)
        guard isWarm else { return }
        for index in kinds.indices { values[index] = kinds[index].value(bars) }
    }
}
