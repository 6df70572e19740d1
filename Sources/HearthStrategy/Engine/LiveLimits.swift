/// The kill switches of an engine: beyond any of these it wants no position.
///
/// Plain values; `config/system.yml` and the options of `hearth live` fill them in.
package struct LiveLimits: Sendable, Equatable {
    /// `ML_ENABLED` (R92): false halts the engine.
    package var isEnabled = true
    /// From the last bar that the model was trained on to the close of the bar to decide; nil for no limit (C31).
    package var modelAgeMax: Duration? = .seconds(30 * 86_400)
    /// How much of a bar's length its decision may take, counted from the bar's arrival.
    package var deadlineShare = 0.25
    /// The most that ``deadlineShare`` may come to.
    package var deadlineMax: Duration = .seconds(30)
    /// By how much of its trained width a feature may lie outside on either side.
    package var rangeTolerance = 0.25
    /// The share of the features that may lie outside even so; 0 trips at the first. A feature that is no number trips
    /// always.
    package var outOfRangeShareMax = 0.1
    /// This many bars in a row without an answer halt the engine.
    package var errorsInRowMax = 5
    /// A fall of the paper equity below its peak, as a share of the peak, that halts the engine; nil for no limit.
    package var drawdownMax: Double? = 0.2

    /// The defaults.
    package init() {}

    /// No limits at all but those without which there is no decision: for backtests that measure a model by itself.
    package static let none: LiveLimits = {
        var limits = LiveLimits()
        limits.modelAgeMax = nil
        limits.deadlineShare = 1
        limits.rangeTolerance = .infinity
        limits.outOfRangeShareMax = 1
        limits.errorsInRowMax = .max
        limits.drawdownMax = nil
        return limits
    }()

    /// Throws ``StrategyError`` that names the first value outside its range.
    package func validate() throws(StrategyError) {
        func check(_ isGood: Bool, _ name: String, _ found: String, _ expected: String) throws(StrategyError) {
            guard isGood else {
                throw StrategyError(.badParameter, "\(name) is \(found), expected \(expected)")
            }
        }
        try check((modelAgeMax ?? .seconds(1)) > .zero, "the model's age limit", "\(modelAgeMax ?? .zero)", "above 0")
        try check(
            deadlineShare > 0 && deadlineShare <= 1, "the deadline's share of a bar", "\(deadlineShare)",
            "above 0 and at most 1")
        try check(deadlineMax > .zero, "the longest deadline", "\(deadlineMax)", "above 0")
        try check(rangeTolerance >= 0, "the tolerance of the trained ranges", "\(rangeTolerance)", "0 or more")
        try check(
            outOfRangeShareMax >= 0 && outOfRangeShareMax <= 1, "the share of features out of range",
            "\(outOfRangeShareMax)", "0 to 1")
        try check(errorsInRowMax > 0, "the number of errors in a row", "\(errorsInRowMax)", "1 or more")
        try check(
            drawdownMax.map { $0 > 0 && $0 <= 1 } ?? true, "the drawdown limit", "\(drawdownMax ?? 0)",
            "above 0 and at most 1")
    }

    /// How long the decision on a bar of `microseconds` may take.
    package func deadline(barMicroseconds: Int64) -> Duration {
        min(.microseconds(Int64(Double(barMicroseconds) * deadlineShare)), deadlineMax)
    }

    /// Whether a row is too far from what a model was trained on.
    package func isOutOfRange(_ row: [Double], _ ranges: [ClosedRange<Double>]) -> Bool {
        guard row.allSatisfy(\.isFinite), row.count == ranges.count else { return true }
        guard rangeTolerance.isFinite, outOfRangeShareMax < 1 else { return false }
        var outside = 0
        for (value, range) in zip(row, ranges) {
            let margin = rangeTolerance * (range.upperBound - range.lowerBound)
            if value < range.lowerBound - margin || value > range.upperBound + margin { outside += 1 }
        }
        return Double(outside) > outOfRangeShareMax * Double(row.count)
    }
}
