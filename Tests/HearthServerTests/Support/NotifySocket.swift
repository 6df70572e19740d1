import Glibc
import HearthCore

/// The socket on which a service manager hears from its services.
final class NotifySocket: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Parameter path: a path, or an abstract name after `@`.
    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() where index < room.count - 1 { unsafe room[index] = byte }
            if path.hasPrefix("@") { unsafe room[0] = 0 }
        }
        let length = MemoryLayout<sa_family_t>.size + path.utf8.count
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(length))
            }
        }
        guard code == 0 else { throw SystemError.last("bind", path) }
    }

    deinit {
        close(descriptor)
    }

    /// The next message; nil when none comes for 20 s.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
