/// What a run has done so far.
package struct LiveTally: Sendable {
    /// Signals of this run.
    package var signalCount = 0
    /// Bars of the feed that were history: older than the run, or decided by an earlier one.
    package var historyCount = 0
    /// Signals with a model that answered.
    package var answeredCount = 0
    /// Signals on bars that the model was trained on: they prove nothing.
    package var trainedBarCount = 0
    package var models = ModelUse()
    package var latency = LatencyTally()
    /// The newest signals, oldest first.
    package var recent: [SignalRecord] = []

    static let recentCountMax = 20

    package init() {}

    /// Counts a signal.
    mutating func count(_ record: SignalRecord, nanoseconds: Int64, isTrained: Bool) {
        signalCount += 1
        if isTrained { trainedBarCount += 1 }
        if let modelID = record.usedModelID {
            answeredCount += 1
            models.count(modelID: modelID, generation: record.generation ?? 0)
        }
        latency.record(nanoseconds: nanoseconds)
        if recent.count == Self.recentCountMax { recent.removeFirst() }
        recent.append(record)
    }
}
