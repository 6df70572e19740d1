package import HearthMarket

/// A series of bars with its features and labels, computed once.
package struct BarSamples: Sendable {
    package let bars: [Bar]
    package let features: FeatureMatrix
    /// One per bar; nil where there is none or the row is left out.
    package let labels: [Label?]

    /// Throws ``TrainingError`` for a schema or labels that cannot be computed.
    package init(
        bars: [Bar], schema: FeatureSchema, label: LabelConfiguration, neutral: NeutralRows
    ) throws(TrainingError) {
        self.bars = bars
        features = try market { () throws(MarketError) in try FeatureMatrix(schema, bars: bars) }
        let all = try market { () throws(MarketError) in try label.labels(bars) }
        labels =
            switch neutral {
            case .negative: all
            case .leftOut: all.map { $0?.direction == .neutral ? nil : $0 }
            }
    }

    /// The first bar that has features.
    package var firstRow: Int { features.firstBarIndex }

    /// The features of these bars, each of which has some.
    package func rows(_ indices: some Sequence<Int>) -> RowMatrix {
        var values: [Double] = []
        for index in indices {
            guard let row = features.row(ofBar: index) else { preconditionFailure("bar \(index) has no features") }
            values += row
        }
        return RowMatrix(values: values, columnCount: features.columnCount)
    }

    /// The features and classes of these bars, each of which has both.
    package func labelled(_ indices: [Int]) -> LabelledRows {
        LabelledRows(rows: rows(indices), labels: indices.map { labels[$0]?.binaryClass == 1 })
    }
}
