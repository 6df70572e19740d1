import Glibc
package import HearthCore

/// Unix stream sockets: connecting and listening. Every function throws ``SystemError``.
package enum StreamSocket {
    /// Connects to the listener at `path`.
    package static func connect(_ path: String) throws(SystemError) -> FileDescriptor {
        let socket = try make(path)
        var address = try Self.address(path)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SystemError.last("connect", path) }
        return socket
    }

    /// Listens at `path`, for this user alone; a socket that nobody answers on is replaced.
    package static func listen(_ path: String) throws(SystemError) -> FileDescriptor {
        if (try? connect(path)) != nil { throw SystemError("bind", path, code: EADDRINUSE) }
        _ = unsafe unlink(path)
        let socket = try make(path)
        var address = try Self.address(path)
        let mask = umask(0o077)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        umask(mask)
        guard result == 0 else { throw SystemError.last("bind", path) }
        guard Glibc.listen(socket.number, 16) == 0 else { throw SystemError.last("listen", path) }
        return socket
    }

    /// The next connection of a listener; waits for it.
    package static func accept(_ listener: Int32) throws(SystemError) -> FileDescriptor {
        while true {
            let number = Glibc.accept(listener, nil, nil)
            if number >= 0 {
                _ = fcntl(number, F_SETFD, FD_CLOEXEC)
                return FileDescriptor(owning: number)
            }
            guard errno == EINTR || errno == ECONNABORTED else { throw SystemError.last("accept") }
        }
    }

    /// Sends all of `bytes`; a peer that went away is an error, not a signal.
    package static func send(_ bytes: [UInt8], on socket: Int32) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    socket, buffer.baseAddress?.advanced(by: done), buffer.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                guard errno == EINTR else { throw SystemError.last("send") }
            } else {
                done += count
            }
        }
    }

    /// What can be read now, at most `count` bytes; empty at the end.
    package static func receive(_ count: Int, from descriptor: Int32) throws(SystemError) -> [UInt8] {
        while true {
            var failed = false
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                let result = unsafe read(descriptor, buffer.baseAddress, count)
                failed = result < 0
                filled = max(0, result)
            }
            guard failed else { return bytes }
            guard errno == EINTR else { throw SystemError.last("read") }
        }
    }

    private static func make(_ path: String) throws(SystemError) -> FileDescriptor {
        let number = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError.last("socket", path) }
        return FileDescriptor(owning: number)
    }

    private static func address(_ path: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room, !bytes.contains(0) else {
            throw SystemError("socket", path, code: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: bytes) }
        return address
    }
}
