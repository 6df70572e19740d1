import Glibc
import HearthCore
import HearthTraining

/// Ctrl-C and SIGTERM ask a training to stop between two of its steps; a second one ends the process at once.
///
/// Neither leaves anything half written: what is published appears whole or not at all.
enum StopSignals {
    /// The exit status of a command that was interrupted, as shells have it: 128 + SIGINT.
    static let exitStatus: Int32 = 130

    /// Begins to listen; called by the main thread before any other thread is started, because threads inherit which
    /// signals are kept from them.
    ///
    /// Throws ``SystemError`` when the system gives no thread.
    static func flag() throws(SystemError) -> StopFlag {
        let flag = StopFlag()
        var set = Self.set
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError("pthread_sigmask", code: code) }
        _ = try SystemThread(name: "stop") {
            wait()
            StandardError.write("\nstopping; press Ctrl-C again to end at once\n")
            flag.stop()
            wait()
            _exit(exitStatus)
        }
        return flag
    }

    private static func wait() {
        var set = Self.set
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) != 0 {}
    }

    private static var set: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        return set
    }
}
