import HearthMarket
import HearthStrategy

/// What a run of the live engine came to, for the person who ran it.
struct LiveReport {
    let live: LiveRun

    /// Lines of names and values.
    var text: String {
        let tally = live.tally
        let report = live.report
        var lines = [
            ("signals", "\(tally.signalCount), \(tally.answeredCount) of them with a model that answered"),
            ("bars", "\(report.barCount) good, \(tally.historyCount) of them history"),
            ("missed bars", "\(report.barCount - tally.signalCount - tally.historyCount)"),
            ("refused lines", "\(report.problemCount)"),
            ("models used", models(tally.models)),
            ("state", state),
            (
                "paper account",
                "equity \(Figure.short(live.account.equity)), drawdown "
                    + "\(Figure.fixed(live.account.drawdown * 100, 2)) %, \(live.account.position)"
            ),
            ("latency us", latency(tally.latency)),
        ]
        if tally.trainedBarCount > 0 {
            lines.append(
                ("look-ahead", "\(tally.trainedBarCount) bars are from the model's training: they prove nothing"))
        }
        if let shadow = live.shadowReport { lines.append(("shadow", self.shadow(shadow))) }
        return lines.map { name, value in
            name + String(repeating: " ", count: max(1, 15 - name.count)) + value + "\n"
        }.joined()
    }

    private var state: String {
        let reasons = live.state.reasons.map(\.rawValue).joined(separator: ", ")
        return live.state.state.rawValue + (reasons.isEmpty ? "" : ": \(reasons)")
    }

    private func models(_ use: ModelUse) -> String {
        guard !use.stretches.isEmpty else { return "none" }
        let shown = use.stretches.suffix(5).map { "\($0.modelID) (generation \($0.generation), \($0.barCount) bars)" }
        let rest = use.stretches.count > 5 ? "…, " : ""
        return "\(use.modelIDs.count), \(use.switchCount) switches: \(rest)\(shown.joined(separator: ", "))"
    }

    private func latency(_ tally: LatencyTally) -> String {
        guard let median = tally.microseconds(percentile: 50), let high = tally.microseconds(percentile: 99),
            let most = tally.microseconds(percentile: 100)
        else { return "-" }
        return "p50 \(Figure.fixed(median, 1)), p99 \(Figure.fixed(high, 1)), max \(Figure.fixed(most, 1))"
    }

    private func shadow(_ report: PairedReport) -> String {
        let agreement = report.agreementShare.map { "\(Figure.fixed($0 * 100, 1)) %" } ?? "-"
        let correlation = report.scoreCorrelation.map { Figure.fixed($0, 3) } ?? "-"
        return "\(report.barCount) bars, same decision \(agreement), score correlation \(correlation), return "
            + "\(Figure.fixed(report.returnDifference * 100, 2)) % beside the first model's"
    }
}
