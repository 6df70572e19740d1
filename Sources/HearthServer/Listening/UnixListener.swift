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
///
/// A socket that the process was started with is served as it is: its name belongs to who made it.
package final class UnixListener: Sendable {
    /// A socket that was made here, with what keeps others from taking it.
    private final class Own: Sendable {
        let descriptor: FileDescriptor
        let lock: FileDescriptor
        let path: String
        let inode: UInt64

        init(descriptor: consuming FileDescriptor, lock: consuming FileDescriptor, path: String) {
            self.descriptor = descriptor
            self.lock = lock
            self.path = path
            inode = UnixListener.inode(path)
        }
    }

    private enum Origin: Sendable {
        case own(Own)
        case activated(ActivatedSocket)
    }

    private let origin: Origin

    private init(_ origin: Origin) {
        self.origin = origin
    }

    /// Serves a socket that the process was started with.
    package convenience init(_ socket: ActivatedSocket) {
        self.init(.activated(socket))
    }

    /// The listening socket, open as long as this lives.
    package var descriptor: Int32 {
        switch origin {
        case .own(let own): own.descriptor.number
        case .activated(let socket): socket.descriptor.number
        }
    }

    /// Where clients find it.
    package var path: String {
        switch origin {
        case .own(let own): own.path
        case .activated(let socket): socket.path
        }
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
        return UnixListener(.own(Own(descriptor: descriptor, lock: lock, path: options.path)))
    }

    /// Takes the name away, if it is this server's own and still this socket's: nobody new finds the server from now
    /// on.
    package func unlinkSocket() {
        guard case .own(let own) = origin, Self.inode(own.path) == own.inode else { return }
        unsafe unlink(own.path)
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
