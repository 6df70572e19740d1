package import HearthArtifacts
import HearthCore
package import HearthMarket
package import HearthModel

/// A model of bars that has been learned and measured, not yet published.
package struct TrainedBarsModel: Sendable {
    package var fitted: FittedClassifier
    /// The packed definition with its golden vectors: what `model.hearth` holds.
    package var sections: [ModelSection]
    package var split: BarsSplit
    /// What the live engine holds itself to.
    package var card: ModelCard
    /// What was wrong with the bars' file.
    package var barReport: BarReport
    package var test: BarsEvaluation
    package var duration: Duration
    /// The bars that were read.
    package var bars: [Bar]

    /// For `meta.json` and the registry.
    package var metrics: [String: JSONValue] {
        test.metrics.merging([
            "rows_trained": .of(split.training.count), "rows_validated": .of(split.validation.count),
            "test_bars": .of(split.testRange.count), "training_seconds": .number(duration.seconds),
        ]) { own, _ in own }
    }

    /// The windows as they came out (R152): what the gate "test window" compares.
    package var windowParameters: [String: JSONValue] {
        func time(_ bar: Int?, _ moment: (Bar) -> String) -> JSONValue {
            bar.map { .string(moment(bars[$0])) } ?? .null
        }
        return [
            "train_start": time(split.seen.first) { $0.openTime.iso8601 },
            "train_end": time(split.seen.last) { $0.closeTime.iso8601 },
            "test_start": time(split.testRange.first) { $0.openTime.iso8601 },
            "test_end": time(split.testRange.last) { $0.closeTime.iso8601 },
        ]
    }
}
