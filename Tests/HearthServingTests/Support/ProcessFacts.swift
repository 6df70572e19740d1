import Glibc

/// What this test process can do.
enum ProcessFacts {
    /// Exit tests start the process again, which sanitizers make slow and noisy.
    static let canTestExits: Bool = unsafe getenv("HEARTH_NO_EXIT_TESTS") == nil
}
