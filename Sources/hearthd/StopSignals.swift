import Glibc
import HearthCore

/// SIGTERM, SIGINT and SIGHUP, taken by the main thread alone: made before any other thread is started, because threads
/// inherit what is blocked.
struct StopSignals {
    /// What the operator, or the service manager, wants.
    enum Wish {
        /// SIGHUP: compare all models with the registry now.
        case reload
        /// SIGTERM or SIGINT.
        case stop
    }

    /// Throws ``SystemError``.
    init() throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        var set = Self.set
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError("pthread_sigmask", code: code) }
    }

    /// Returns when one of them arrives.
    func wait() -> Wish {
        var set = Self.set
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) != 0 {}
        return number == SIGHUP ? .reload : .stop
    }

    private static var set: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGHUP)
        return set
    }
}
