import Glibc

/// What this test process can do.
enum ProcessFacts {
    /// Exit tests start the process again, which sanitizers make slow and noisy.
    static let canTestExits: Bool = unsafe getenv("HEARTH_NO_EXIT_TESTS") == nil

    /// Measurements say something only in a release build on a quiet machine: `HEARTH_MEASURE=1 swift test -c release`.
    static let measures: Bool = unsafe getenv("HEARTH_MEASURE") != nil
}
