import Glibc
import Synchronization

/// Ctrl-C for commands that change something: the first one asks for an end after the step that is under way, the
/// second ends at once.
///
/// Publishing is safe at any point; this spares the person a folder for the janitor, and says what was done.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// From here on the first SIGINT or SIGTERM is only noted.
    static func note() {
        // Made before a handler can be called: making it is not for handlers.
        flag.store(false, ordering: .relaxed)
        // Whoever started the program may have had them blocked, which is inherited.
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGTERM)
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                signal(number, SIG_DFL)
                Interruption.flag.store(true, ordering: .relaxed)
            }
        }
    }

    /// Whether one has come.
    static var isWanted: Bool { flag.load(ordering: .relaxed) }
}
