/// The rows of a series of bars, computed by ``FeaturePipeline`` one after the other.
package struct FeatureMatrix: Sendable {
    package let columnNames: [String]
    /// The bar of the first row; the bars before it only warmed the features up.
    package let firstBarIndex: Int
    /// Row after row, in the order of the columns.
    package private(set) var values: [Double] = []

    /// Computes the rows of `bars`, none when there are fewer than the warm-up takes.
    ///
    /// Throws ``MarketError`` when the schema cannot be computed (see ``FeaturePipeline/init(_:)``).
    package init(_ schema: FeatureSchema, bars: [Bar]) throws(MarketError) {
        var pipeline = try FeaturePipeline(schema)
        columnNames = schema.columnNames
        firstBarIndex = pipeline.warmUpBarCount - 1
        values.reserveCapacity(max(0, bars.count - firstBarIndex) * columnNames.count)
        for bar in bars {
            pipeline.push(bar)
            if pipeline.isWarm { values.append(contentsOf: pipeline.values) }
        }
    }

    package var columnCount: Int { columnNames.count }

    package var rowCount: Int { values.count / columnNames.count }

    /// The row of bar `index`; nil for a bar of the warm-up and one that there is not.
    package func row(ofBar index: Int) -> ArraySlice<Double>? {
        let row = index - firstBarIndex
        guard row >= 0, row < rowCount else { return nil }
        return values[row * columnCount..<(row + 1) * columnCount]
    }
}
