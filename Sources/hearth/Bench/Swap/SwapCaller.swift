import HearthClient

/// One thread that calls while versions are exchanged, and checks every answer.
struct SwapCaller: Sendable {
    struct Result: Sendable {
        /// Calls that started or ended within a swap window.
        var near = LatencyHistogram()
        /// The others.
        var between = LatencyHistogram()
        /// Answers by version, in the order of the run's versions.
        var answers: [Int]
        /// Answers that are not those of the version they name.
        var inconsistent = 0
        var failed = 0
        var firstFailure: String?

        init(versionCount: Int) {
            answers = Array(repeating: 0, count: versionCount)
        }

        mutating func add(_ other: Result) {
            near.add(other.near)
            between.add(other.between)
            for index in answers.indices { answers[index] += other.answers[index] }
            inconsistent += other.inconsistent
            failed += other.failed
            firstFailure = firstFailure ?? other.firstFailure
        }
    }

    let client: HearthClient
    let model: String
    let rows: BenchRows
    let expected: [ExpectedAnswers]
    let board: SwapBoard
    let signal: LoadSignal
    /// Nanoseconds between calls; nil for a closed loop.
    let interval: UInt64?

    func run() -> Result {
        var result = Result(versionCount: expected.count)
        let predictor = client.predictor(for: model)
        for call in 0..<PredictLoad.warmUpCallCount { _ = try? predictor.predict(rows[call]) }
        signal.waitForStart()
        var due = Deadline.now()
        var swapSeen = 0
        var call = 0
        while !signal.isStopped {
            var began = Deadline.now()
            if let interval {
                LoadClock.wait(until: due)
                began = due
                due += interval
            }
            let row = call % rows.rows.count
            call += 1
            let wasNear = board.isWindowOpen
            do throws(HearthError) {
                let answer = try predictor.predict(rows.rows[row])
                let took = Deadline.now() - began
                if wasNear || board.isWindowOpen { result.near.record(took) } else { result.between.record(took) }
                guard let index = expected.firstIndex(where: { $0.version == answer.modelVersion }),
                    expected[index].matches(predictor, row: row)
                else {
                    result.inconsistent += 1
                    continue
                }
                result.answers[index] += 1
                let swap = board.swap
                if swap > swapSeen, index == swap % expected.count {
                    swapSeen = swap
                    board.answered(swap: swap)
                }
            } catch {
                result.failed += 1
                result.firstFailure = result.firstFailure ?? error.description
            }
        }
        return result
    }
}
