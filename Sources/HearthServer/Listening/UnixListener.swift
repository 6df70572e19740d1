import CHearthLinux
import Glibc
import HearthCore

/// How the server's socket looks to others.
package struct SocketOptions: Sendable {
    package var path: String
    /// Who may connect: 0660 by default, the owner and the group.
    package var mode: UInt32
    /// Owner and group; nil leaves the server's own.
    package var uid: UInt32?
    package var gid: UInt32?

    package init(path: String, mode: UInt32 = 0o660, uid: UInt32? = nil, gid: UInt32? = nil) {
        self.path = path
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}

/// The server's Unix socket: made under another name, given its mode and owner, then renamed into place, so that nobody
/// ever meets it half made.
///
/// A lock file beside it says whether a server is alive. A socket that a dead server left is replaced; a live one is
/// never stolen.
package final class UnixListener: Sendable {
    let descriptor: FileDescriptor
    private let lock: FileDescriptor
    private let options: SocketOptions
    private let inode: UInt64

    private init(descriptor: consuming FileDescriptor, lock: consuming FileDescriptor, options: SocketOptions) {
        self.descriptor = descriptor
        self.lock = lock
        self.options = options
        inode = Self.inode(options.path)
    }

    /// Makes the socket. Throws ``SystemError`` or ``ListenerError``.
    package static func open(_ options: SocketOptions) throws -> UnixListener {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path)
        let staging = "\(options.path).new"
        guard staging.utf8.count < room else {
            throw ListenerError(
                "socket path '\(options.path)' has \(options.path.utf8.count) bytes, \(room - 5) are the most; "
                    + "choose a shorter one")
        }
        let lock = try takeLock("\(options.path).lock", socket: options.path)
        guard !isAnswered(options.path) else {
            throw ListenerError("another process answers on '\(options.path)'; stop it, or choose another --socket")
        }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | SOCK_NONBLOCK_FLAGS, 0)
        guard number >= 0 else { throw SystemError.last("socket") }
        let descriptor = FileDescriptor(owning: number)
        try makeRoom(staging)
        try makeRoom(options.path, removes: false)
        fill(&address, staging)
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw SystemError.last("bind", staging) }
        // Whatever fails from here on leaves nothing behind.
        var isInPlace = false
        defer { if !isInPlace { unsafe unlink(staging) } }
        guard unsafe chmod(staging, options.mode) == 0 else { throw SystemError.last("chmod", staging) }
        if options.uid != nil || options.gid != nil {
            guard unsafe chown(staging, options.uid ?? UInt32.max, options.gid ?? UInt32.max) == 0 else {
                throw SystemError.last("chown", staging)
            }
        }
        guard listen(number, 1024) == 0 else { throw SystemError.last("listen", staging) }
        guard unsafe rename(staging, options.path) == 0 else { throw SystemError.last("rename", options.path) }
        isInPlace = true
        return UnixListener(descriptor: descriptor, lock: lock, options: options)
    }

    /// Takes the name away, if it is still this socket's: nobody new finds the server from now on.
    package func unlinkSocket() {
        if Self.inode(options.path) == inode { unsafe unlink(options.path) }
    }

    /// Refuses a path where something other than a socket lies: it is somebody's file, and a socket would take its
    /// place.
    private static func makeRoom(_ path: String, removes: Bool = true) throws(ListenerError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenerError("'\(path)' is there and is no socket; move it away, or choose another --socket")
        }
        if removes { unsafe unlink(path) }
    }

    private static func takeLock(_ path: String, socket: String) throws -> FileDescriptor {
        let number = unsafe hearth_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
        guard number >= 0 else {
            let error = SystemError.last("open", path)
            throw ListenerError(
                "\(error); the folder of the socket must exist and be writable, or choose another --socket")
        }
        let lock = FileDescriptor(owning: number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw ListenerError("a live hearthd has the socket '\(socket)'; stop it, or choose another --socket")
        }
        return lock
    }

    /// Whether a process accepts connections on `path`.
    private static func isAnswered(_ path: String) -> Bool {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | SOCK_NONBLOCK_FLAGS, 0)
        guard number >= 0 else { return false }
        defer { close(number) }
        var address = sockaddr_un()
        fill(&address, path)
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return code == 0 || hearth_errno() == EAGAIN
    }

    private static func fill(_ address: inout sockaddr_un, _ path: String) {
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() where index < room.count - 1 { unsafe room[index] = byte }
        }
    }

    private static func inode(_ path: String) -> UInt64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }
}

/// SOCK_NONBLOCK | SOCK_CLOEXEC as the flags that socket(2) takes.
private let SOCK_NONBLOCK_FLAGS = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

/// Why the server cannot listen, and the mend.
package struct ListenerError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
