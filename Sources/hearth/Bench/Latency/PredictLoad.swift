import HearthClient

/// What one thread of a load does: calls of one row until it is stopped.
struct PredictLoad: Sendable {
    struct Result: Sendable {
        var histogram = LatencyHistogram()
        var failed = 0
        var firstFailure: String?

        mutating func fail(_ error: HearthError) {
            failed += 1
            firstFailure = firstFailure ?? error.description
        }
    }

    static let warmUpCallCount = 200

    let client: HearthClient
    let model: String
    let rows: BenchRows
    let signal: LoadSignal
    /// Nanoseconds between the calls of one thread; nil for a closed loop.
    let interval: UInt64?
    let pipeline: Int
    let waiting: WaitPolicy

    func run(thread: Int) -> Result {
        pipeline > 1 ? runPipelined(thread: thread) : runOneByOne(thread: thread)
    }

    private func runOneByOne(thread: Int) -> Result {
        var result = Result()
        let predictor = client.predictor(for: model)
        do throws(HearthError) {
            for call in 0..<Self.warmUpCallCount { _ = try predictor.predict(rows[call]) }
        } catch {
            result.fail(error)
            return result
        }
        signal.waitForStart()
        // Threads of an open loop are spread over the interval.
        var due = Deadline.now() + (interval.map { $0 / 64 * UInt64(thread % 64) } ?? 0)
        var call = thread
        while !signal.isStopped {
            let began: UInt64
            if let interval {
                LoadClock.wait(until: due)
                began = due
                due += interval
            } else {
                began = Deadline.now()
            }
            do throws(HearthError) {
                _ = try predictor.predict(rows[call])
                result.histogram.record(Deadline.now() - began)
            } catch {
                result.fail(error)
            }
            call += 1
        }
        return result
    }

    /// Sends so many calls at once, then reads their answers; a call's latency counts from the sending.
    private func runPipelined(thread: Int) -> Result {
        var result = Result()
        let caller = PipelinedCaller(client: client, model: model, waiting: waiting)
        signal.waitForStart()
        var call = thread
        while !signal.isStopped {
            let began = Deadline.now()
            do throws(HearthError) {
                try caller.send(count: pipeline) { rows[call + $0] }
                for _ in 0..<pipeline {
                    try caller.receive()
                    result.histogram.record(Deadline.now() - began)
                }
            } catch {
                result.fail(error)
                LoadClock.sleep(1_000_000)
            }
            call += pipeline
        }
        return result
    }
}
