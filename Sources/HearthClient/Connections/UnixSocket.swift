import CHearthLinux
import Glibc
import HearthCore

/// Dialling a server's Unix socket.
enum UnixSocket {
    /// The most bytes that a path may have: `sun_path` with its NUL.
    static let pathByteCountMax = 107

    /// Connects a blocking stream socket to `path`. A server whose backlog is full is waited for until `deadline`.
    static func dial(_ path: String, deadline: Deadline) throws(HearthError) -> FileDescriptor {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= pathByteCountMax, !bytes.contains(0) else {
            throw HearthError(
                .invalidArgument,
                "'\(path)' is no socket path: \(bytes.count) bytes, expected 1 to \(pathByteCountMax)",
                hint: "use a shorter path, e.g. /run/hearth/hearth.sock")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: bytes) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw .connection("no socket for", path: path, code: hearth_errno(), mayHaveBeenSent: false)
        }
        let socket = FileDescriptor(owning: descriptor)
        var receiver = Receiver(.block)
        while true {
            let remaining = deadline.remaining
            guard remaining > 0 else { throw .deadlineExceeded(deadline.timeout) }
            receiver.setTimeout(descriptor, remaining)
            let result = unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 { return socket }
            let code = hearth_errno()
            guard code == EINTR || code == EAGAIN else {
                throw .connection("cannot connect to", path: path, code: code, mayHaveBeenSent: false)
            }
        }
    }
}
