import CHearthLinux
import Glibc
import Synchronization

/// A thread of the system: for event loops, loaders and watchers, which block or spin and have no place in a
/// cooperative pool.
@safe
package final class SystemThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic<Bool>(false)

    /// Starts a thread that runs `body` and ends. Throws ``SystemError`` when the system gives no thread.
    ///
    /// - Parameter niceness: added to the thread's nice value; 10 for work that must not delay calls.
    package init(
        name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = unsafe Unmanaged.passRetained(
            Start {
                _ = unsafe hearth_name_thread(name)
                if niceness != 0 { _ = hearth_nice_thread(niceness) }
                body()
            })
        var handle = pthread_t()
        let code = unsafe pthread_create(
            &handle, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError("pthread_create", name, code: code)
        }
        self.handle = handle
    }

    /// Waits until the thread has ended. Only the first call waits: a thread that was joined is nobody's any more.
    package func join() {
        guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
        pthread_join(handle, nil)
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
