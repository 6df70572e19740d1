import HearthCore
import Synchronization

/// When the threads of a load start and stop.
final class LoadSignal: Sendable {
    private let ready = Atomic<Int>(0)
    private let started = Atomic<Bool>(false)
    private let stopped = Atomic<Bool>(false)

    /// Called by a thread that has warmed up: waits until all may start.
    func waitForStart() {
        ready.add(1, ordering: .relaxed)
        while !started.load(ordering: .acquiring), !isStopped { LoadClock.sleep(200_000) }
    }

    var readyCount: Int { ready.load(ordering: .relaxed) }
    var isStopped: Bool { stopped.load(ordering: .relaxed) }

    func start() { started.store(true, ordering: .releasing) }
    func stop() { stopped.store(true, ordering: .relaxed) }
}

/// Threads that each put load on the server and return what they saw.
enum LoadThreads {
    /// Runs `body` on `count` threads; when all have warmed up runs `conductor` on this one, then stops them.
    static func run<Result: Sendable>(
        count: Int, signal: LoadSignal, body: @escaping @Sendable (Int) -> Result, conductor: () throws -> Void
    ) throws -> [Result] {
        let box = ResultBox<Result>()
        var threads: [SystemThread] = []
        defer {
            signal.stop()
            for thread in threads { thread.join() }
        }
        for index in 0..<count {
            threads.append(
                try SystemThread(name: "load-\(index)") {
                    let result = body(index)
                    box.results.withLock { $0.append((index, result)) }
                })
        }
        // A thread whose warm-up failed returns without being ready.
        while signal.readyCount + box.results.withLock({ $0.count }) < count { LoadClock.sleep(1_000_000) }
        signal.start()
        try conductor()
        signal.stop()
        for thread in threads { thread.join() }
        threads = []
        return box.results.withLock { $0.sorted { $0.0 < $1.0 }.map(\.1) }
    }
}

/// What the threads returned so far, by the index of the thread.
private final class ResultBox<Result: Sendable>: Sendable {
    let results = Mutex<[(Int, Result)]>([])
}
