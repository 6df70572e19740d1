import HearthCore
import HearthServer
import Logging

/// What started the server, when that is systemd: the socket that it passes, and where it wants to be told how the
/// server is.
struct Supervisor {
    /// The socket to serve; nil when the server makes its own.
    let socket: ActivatedSocket?
    private let notifier: ServiceNotifier?
    private let logger: Logger

    /// Reads the environment and takes out what is for this process alone. Throws ``SystemError`` or ``ListenerError``.
    init(_ logger: Logger) throws {
        self.logger = logger
        socket = try ActivatedSocket.take()
        notifier = try ServiceNotifier.take()
        if let socket {
            logger.notice(
                "serving the socket that was passed; --socket is not opened", metadata: ["socket": "\(socket.path)"])
        }
        tell { (notifier) throws(SystemError) in try notifier.status("Loading models") }
    }

    func ready(_ server: HearthServer) {
        tell { (notifier) throws(SystemError) in try notifier.ready(server.status) }
    }

    func reloading() {
        tell { (notifier) throws(SystemError) in try notifier.reloading() }
    }

    func stopping() {
        tell { (notifier) throws(SystemError) in try notifier.stopping() }
    }

    /// A manager that cannot be told is a reason to say so, not to stop serving.
    private func tell(_ body: (ServiceNotifier) throws(SystemError) -> Void) {
        guard let notifier else { return }
        do throws(SystemError) {
            try body(notifier)
        } catch {
            logger.warning("the service manager cannot be told", metadata: ["error": "\(error)"])
        }
    }
}
