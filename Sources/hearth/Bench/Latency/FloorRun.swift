import HearthClient

/// Calls and bare echoes in turns, so that what else the machine does falls on both alike.
struct FloorRun {
    static let turnNanoseconds: UInt64 = 200_000_000
    /// Calls at the start of a turn that are not counted: the other side has just slept.
    static let uncountedPerTurn = 50

    let client: HearthClient
    let model: String
    let rows: BenchRows
    /// How this side waits.
    let wait: WaitPolicy
    /// How the server says that it waits; the echo process does the same.
    let serverWait: WaitPolicy
    let seconds: Double

    func run() throws -> FloorReport {
        let predictor = client.predictor(for: model)
        for call in 0..<PredictLoad.warmUpCallCount { _ = try predictor.predict(rows[call]) }
        let (requestByteCount, replyByteCount) = predictor.lastFrameByteCounts
        let echo = try EchoProcess(
            requestByteCount: requestByteCount, replyByteCount: replyByteCount, wait: serverWait, callerWait: wait)
        var report = FloorReport(
            model: model, wait: wait, serverWait: serverWait, requestByteCount: requestByteCount,
            replyByteCount: replyByteCount)
        let end = Deadline.now() + UInt64(seconds * 1e9)
        var call = 0
        while Deadline.now() < end {
            try turn(&report.floor) { try echo.call() }
            try turn(&report.predict) {
                _ = try predictor.predict(rows[call])
                call += 1
            }
        }
        return report
    }

    private func turn(_ histogram: inout LatencyHistogram, _ call: () throws -> Void) throws {
        for _ in 0..<Self.uncountedPerTurn { try call() }
        let end = Deadline.now() + Self.turnNanoseconds
        var now = Deadline.now()
        while now < end {
            try call()
            let after = Deadline.now()
            histogram.record(after - now)
            now = after
        }
    }
}
