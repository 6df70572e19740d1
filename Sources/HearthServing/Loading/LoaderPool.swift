package import HearthCore

/// The threads on which models are read, checked and warmed, so that no call ever waits behind a disk.
package final class LoaderPool: Sendable {
    private let queue = BlockingQueue<@Sendable () -> Void>(countMax: 10_000)
    private let threads: [SystemThread]

    /// Throws ``SystemError`` when the system gives no threads.
    package init(threadCount: Int) throws(SystemError) {
        var threads: [SystemThread] = []
        do {
            for index in 0..<max(1, threadCount) {
                threads.append(
                    try SystemThread(name: "loader-\(index)", niceness: 5) { [queue] in
                        while let job = queue.take() { job() }
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

    /// Runs `job` on one of the threads. Returns false when the pool is full or stopped.
    package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        queue.put(job)
    }

    /// Lets the jobs that were submitted end, then the threads.
    package func stop() {
        queue.close()
        for thread in threads { thread.join() }
    }
}
