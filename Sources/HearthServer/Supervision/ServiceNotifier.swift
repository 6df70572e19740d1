import CHearthLinux
import Glibc
package import HearthCore

/// Tells the service manager how the server is (sd_notify(3)): a datagram to the socket that `NOTIFY_SOCKET` names.
package final class ServiceNotifier: Sendable {
    /// A manager that does not read for so long does not hold the server up.
    private static let sendTimeoutSeconds = 1

    private let socket: FileDescriptor
    private let path: String

    /// The notifier of this process; nil when nobody wants to be told. Takes the variable out of the environment: call
    /// it before there are other threads. Throws ``SystemError`` or ``ListenerError``.
    package static func take() throws -> ServiceNotifier? {
        guard let value = unsafe getenv("NOTIFY_SOCKET") else { return nil }
        let path = unsafe String(cString: value)
        unsafe unsetenv("NOTIFY_SOCKET")
        return path.isEmpty ? nil : try ServiceNotifier(path: path)
    }

    /// - Parameter path: absolute, or an abstract name after `@`.
    package init(path: String) throws {
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count > 1, path.utf8.count < room else {
            throw ListenerError(
                "NOTIFY_SOCKET is '\(path)', an absolute path or @name of at most \(room - 1) bytes was expected; "
                    + "unset it when nobody listens")
        }
        let number = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError.last("socket") }
        socket = FileDescriptor(owning: number)
        self.path = path
        var timeout = timeval(tv_sec: Self.sendTimeoutSeconds, tv_usec: 0)
        guard
            unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size)) == 0
        else { throw SystemError.last("setsockopt", "SO_SNDTIMEO") }
    }

    /// The server answers calls. Throws ``SystemError``, as the others do.
    package func ready(_ status: String) throws(SystemError) {
        try send("READY=1\nMAINPID=\(getpid())\nSTATUS=\(Self.line(status))")
    }

    /// The server reads anew what it serves, and goes on answering; ``ready(_:)`` says that it is done.
    package func reloading(at now: MonotonicTime = .now()) throws(SystemError) {
        try send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=Comparing all models with the registry")
    }

    /// The server answers what has arrived and ends.
    package func stopping() throws(SystemError) {
        try send("STOPPING=1\nSTATUS=Answering what has arrived")
    }

    /// Something to read while nothing else has changed.
    package func status(_ text: String) throws(SystemError) {
        try send("STATUS=\(Self.line(text))")
    }

    /// Each line of a message is a field: text has one line.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private func send(_ message: String) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.hasPrefix("@")
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() where index < room.count - 1 { unsafe room[index] = byte }
            if isAbstract { unsafe room[0] = 0 }
        }
        // An abstract name ends where the length says; a path may have its zero.
        let byteCount = MemoryLayout<sa_family_t>.size + path.utf8.count + (isAbstract ? 0 : 1)
        let bytes = Array(message.utf8)
        let sent = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, socklen_t(byteCount))
            }
        }
        guard sent == bytes.count else { throw SystemError.last("sendto", path) }
    }
}
