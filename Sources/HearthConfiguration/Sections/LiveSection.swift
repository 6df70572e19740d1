/// `live:` what makes the live engine go flat, and where it writes.
package struct LiveSection: Sendable, Equatable {
    /// How much of a bar's length a decision may take, in percent.
    package var deadlinePercent = 25.0
    /// The most that ``deadlinePercent`` may come to, in seconds.
    package var deadlineSecondsMax = 30.0
    /// The oldest model, counted from the last bar that it was trained on, in days; nil for no limit.
    package var staleDays: Double? = 30.0
    /// How far a feature may lie outside the range that the model was trained on, in widths of that range.
    package var featureRangeTolerance = 0.25
    /// The share of the features that may lie outside even so.
    package var outOfRangeShare = 0.1
    /// Failed decisions one after the other.
    package var errorsInARow = 5
    /// The fall of equity from its peak, in percent; nil for no limit.
    package var drawdownLimitPercent: Double? = 20.0
    /// While this file exists the engine is halted; nil for none.
    package var haltFile: String?
    /// Where signals are appended, one JSON object per line; nil for standard output.
    package var signalLog: String?
    /// The file that always holds the engine's state (R158); nil for none.
    package var snapshot: String?
    /// The Unix socket where the state is handed out and streamed; nil for none.
    package var snapshotSocket: String?

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "live.deadline_percent", \.live.deadlinePercent,
            .number(0...100, isAbove: true), variable: "HEARTH_LIVE_DEADLINE_PERCENT",
            "The time from a bar's close to its signal, in percent of the bar; later is flat."),
        Setting(
            "live.deadline_seconds_max", \.live.deadlineSecondsMax, .number(0...86_400, isAbove: true),
            variable: "HEARTH_LIVE_DEADLINE_SECONDS_MAX", "The most seconds that deadline_percent may come to."),
        Setting(
            optional: "live.stale_days", \.live.staleDays, .number(0...3660, isAbove: true),
            variable: "HEARTH_LIVE_STALE_DAYS",
            "Days since the last bar that the model was trained on; an older model is flat. Empty for no limit."),
        Setting(
            "live.feature_range_tolerance", \.live.featureRangeTolerance,
            .number(0...1000), variable: "HEARTH_LIVE_FEATURE_RANGE_TOLERANCE",
            "How far a feature may lie outside its trained range, in widths of that range; see out_of_range_share."),
        Setting(
            "live.out_of_range_share", \.live.outOfRangeShare, .number(0...1),
            variable: "HEARTH_LIVE_OUT_OF_RANGE_SHARE",
            "The share of the features that may lie outside even so; more is flat. 0 trips at the first."),
        Setting(
            "live.errors_in_a_row", \.live.errorsInARow, .integer(1...10_000),
            variable: "HEARTH_LIVE_ERRORS_IN_A_ROW", "Failed decisions one after the other that halt the engine."),
        Setting(
            optional: "live.drawdown_limit_percent", \.live.drawdownLimitPercent,
            .number(0...100, isAbove: true),
            variable: "HEARTH_LIVE_DRAWDOWN_LIMIT_PERCENT",
            "The fall of equity from its peak, in percent, that halts the engine. Empty for no limit."),
        Setting(
            optional: "live.halt_file", \.live.haltFile, .path,
            variable: "HEARTH_LIVE_HALT_FILE", "While this file exists the engine is halted: 'touch' stops trading."),
        Setting(
            optional: "live.signal_log", \.live.signalLog, .path,
            variable: "HEARTH_LIVE_SIGNAL_LOG",
            "Where signals are appended, a JSON object per line; without it standard output."),
        Setting(
            optional: "live.snapshot", \.live.snapshot, .path,
            variable: "HEARTH_LIVE_SNAPSHOT", "The file that always holds the engine's state, replaced in one step."),
        Setting(
            optional: "live.snapshot_socket", \.live.snapshotSocket, .path,
            variable: "HEARTH_LIVE_SNAPSHOT_SOCKET", "A Unix socket that hands the engine's state out."),
    ]
}
