import Dispatch
import HearthClient
import HearthCore
import Synchronization

/// A client on a thread of its own that calls without a pause and checks every answer.
final class Caller: Sendable {
    struct Outcome {
        var callCount = 0
        /// Calls by the version that answered.
        var versions: [String: Int] = [:]
        /// What went wrong, the first few.
        var failures: [String] = []
        var slowestNanoseconds: Int64 = 0
        /// The longest time without an answer that ended with a good one.
        var longestGapNanoseconds: Int64 = 0
    }

    private struct State {
        var outcome = Outcome()
        var isStopped = false
    }

    private let state = Mutex(State())
    private let started = DispatchSemaphore(value: 0)
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameter scores: the score that each version answers for the row.
    init(
        socketPath: String, model: String = ServedForest.model, row: [Double] = ServedForest.row,
        scores: [String: Double], timeout: Duration = .seconds(120)
    ) throws {
        let client = Self.client(socketPath, timeout)
        let started = try SystemThread(name: "caller") { [self] in
            let predictor = client.predictor(for: model)
            var answeredAt = MonotonicTime.now()
            while !state.withLock({ $0.isStopped }) {
                let began = MonotonicTime.now()
                let result = Result { () throws(HearthError) in try predictor.predict(row) }
                let now = MonotonicTime.now()
                let isFirst = state.withLock { state in
                    state.outcome.note(result, scores, duration: now - began)
                    if case .success = result {
                        state.outcome.longestGapNanoseconds = max(
                            state.outcome.longestGapNanoseconds, now - answeredAt)
                    }
                    return state.outcome.callCount == 1
                }
                if case .success = result { answeredAt = now }
                if isFirst { self.started.signal() }
            }
        }
        thread.withLock { $0 = started }
        self.started.wait()
    }

    /// Ends the calls and says how they went.
    func stop() -> Outcome {
        state.withLock { $0.isStopped = true }
        thread.withLock { $0.take() }?.join()
        return state.withLock { $0.outcome }
    }

    private static func client(_ socketPath: String, _ timeout: Duration) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = timeout
        return HearthClient(configuration)
    }
}

extension Caller.Outcome {
    fileprivate mutating func note(
        _ result: Result<Predictor.Answer, HearthError>, _ scores: [String: Double], duration: Int64
    ) {
        callCount += 1
        slowestNanoseconds = max(slowestNanoseconds, duration)
        switch result {
        case .success(let answer):
            versions[answer.modelVersion, default: 0] += 1
            guard let expected = scores[answer.modelVersion] else {
                note("an answer of \(answer.modelVersion), which nobody published")
                return
            }
            if expected.bitPattern != answer.value.bitPattern {
                note("\(answer.value) from \(answer.modelVersion), whose own score is \(expected)")
            }
        case .failure(let error): note("\(error)")
        }
    }

    private mutating func note(_ failure: String) {
        if failures.count < 10 { failures.append(failure) }
    }
}
