import HearthCore

/// Runs `body` on `count` threads of the system at once; returns when all have ended.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    var threads: [SystemThread] = []
    for index in 0..<count { threads.append(try SystemThread(name: "test-\(index)") { body(index) }) }
    for thread in threads { thread.join() }
}
