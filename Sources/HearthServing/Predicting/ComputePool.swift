package import HearthCore

/// Threads for large calls, below the workers in priority, so that a batch uses what small calls leave.
package final class ComputePool: Sendable {
    private enum Work: Sendable {
        case batch(BatchJob)
        case task(@Sendable () -> Void)
    }

    private let queue = BlockingQueue<Work>(countMax: 4096)
    private let threads: [SystemThread]

    /// Throws ``SystemError`` when the system gives no threads.
    package init(threadCount: Int) throws(SystemError) {
        var threads: [SystemThread] = []
        do {
            for index in 0..<max(1, threadCount) {
                threads.append(
                    try SystemThread(name: "compute-\(index)", niceness: 10) { [queue] in
                        let scratch = PredictScratch()
                        while let work = queue.take() {
                            switch work {
                            case .batch(let job): job.help(with: scratch)
                            case .task(let run): run()
                            }
                        }
                    })
            }
        } catch {
            // Those that were started must not wait for ever.
            queue.close()
            for thread in threads { thread.join() }
            throw error
        }
        self.threads = threads
    }

    /// Gives a job to the threads. Returns false when too many wait already or the pool is stopped.
    package func submit(_ job: BatchJob) -> Bool {
        guard queue.put(.batch(job)) else { return false }
        // The other threads help; one that finds no chunk left goes on at once.
        for _ in 1..<max(2, threads.count) where threads.count > 1 { _ = queue.put(.batch(job)) }
        return true
    }

    /// Runs `task` on one of the threads. Returns false when too much waits already or the pool is stopped.
    package func submit(task: @escaping @Sendable () -> Void) -> Bool {
        queue.put(.task(task))
    }

    /// Lets the jobs that were given end, then the threads.
    package func stop() {
        queue.close()
        for thread in threads { thread.join() }
    }
}
