import CHearthLinux
import Glibc
import HearthCore

/// A listening socket that the process was started with (systemd socket activation, sd_listen_fds(3)).
///
/// Whoever opened it owns its name: it is never unlinked or renamed here. It stays open between two lives of the
/// server, and clients that connect meanwhile wait instead of being refused.
package final class ActivatedSocket: Sendable {
    /// The number of the first descriptor that is passed (SD_LISTEN_FDS_START).
    private static let firstDescriptor: Int32 = 3
    /// More than anybody passes; the name chooses one of them.
    private static let countMax = 1024
    /// The name of ours among several (FileDescriptorName=).
    private static let ownName = "hearth"

    /// Where it listens, for people; `@` begins an abstract name.
    package let path: String
    let descriptor: FileDescriptor

    /// Takes over a descriptor after checking that it is a listening stream socket of Unix; closes it otherwise. Throws
    /// ``ListenerError``.
    package init(taking number: Int32) throws(ListenerError) {
        let descriptor = FileDescriptor(owning: number)
        var (family, type, isListening): (Int32, Int32, Int32) = (0, 0, 0)
        let mend = "in hearthd.socket write ListenStream= with an absolute path, and no Accept=yes"
        guard unsafe hearth_socket_option(number, Int32(SO_DOMAIN), &family) == 0 else {
            throw ListenerError(
                "descriptor \(number), passed in LISTEN_FDS, is no socket (\(SystemError.text(of: hearth_errno()))); "
                    + mend)
        }
        guard unsafe hearth_socket_option(number, Int32(SO_TYPE), &type) == 0, family == AF_UNIX,
            type == Int32(SOCK_STREAM.rawValue)
        else {
            throw ListenerError(
                "descriptor \(number), passed in LISTEN_FDS, is a socket of family \(family) and type \(type), not a "
                    + "stream socket of Unix (\(AF_UNIX) and \(SOCK_STREAM.rawValue)); \(mend)")
        }
        guard unsafe hearth_socket_option(number, Int32(SO_ACCEPTCONN), &isListening) == 0, isListening == 1 else {
            throw ListenerError("descriptor \(number), passed in LISTEN_FDS, does not listen; \(mend)")
        }
        guard hearth_prepare_listener(number) == 0 else {
            throw ListenerError(
                "descriptor \(number), passed in LISTEN_FDS, cannot be used: \(SystemError.last("fcntl"))")
        }
        path = Self.path(of: number)
        self.descriptor = descriptor
    }

    /// The socket that this process was started with; nil when there is none.
    ///
    /// Takes the variables out of the environment, so that no child takes them for its own: call it before there are
    /// other threads. Throws ``ListenerError``.
    package static func take() throws(ListenerError) -> ActivatedSocket? {
        let (pid, count) = (variable("LISTEN_PID"), variable("LISTEN_FDS"))
        let names = variable("LISTEN_FDNAMES")
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        let choice = try choice(pid: pid, count: count, names: names, ownPID: getpid())
        guard let choice else { return nil }
        for number in choice.others { Glibc.close(number) }
        return try ActivatedSocket(taking: choice.descriptor)
    }

    /// Which of the passed descriptors is the socket; nil when none was passed, or they were for another process.
    package static func choice(
        pid: String?, count: String?, names: String?, ownPID: Int32
    ) throws(ListenerError) -> (descriptor: Int32, others: [Int32])? {
        guard let pid, let count, Int32(pid) == ownPID else { return nil }
        guard let count = Int(count), (0...countMax).contains(count) else {
            throw ListenerError(
                "LISTEN_FDS is '\(count)', a number from 0 to \(countMax) was expected; unset LISTEN_PID when nobody "
                    + "passes a socket")
        }
        guard count > 0 else { return nil }
        let numbers = (0..<count).map { firstDescriptor + Int32($0) }
        if count == 1 { return (numbers[0], []) }
        let names = (names ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let named = zip(numbers, names).filter { $0.1 == ownName }.map(\.0)
        guard named.count == 1, let own = named.first else {
            throw ListenerError(
                "\(count) sockets were passed in LISTEN_FDS, named '\(names.joined(separator: ":"))', and "
                    + "\(named.count) of them '\(ownName)'; pass one, or write FileDescriptorName=\(ownName) in the "
                    + "unit of one")
        }
        return (own, numbers.filter { $0 != own })
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    private static func path(of socket: Int32) -> String {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(socket, $0, &length) }
        }
        let start = MemoryLayout<sa_family_t>.size
        guard code == 0, Int(length) > start else { return "(without a name)" }
        let bytes = unsafe withUnsafeBytes(of: &address.sun_path) { path in
            unsafe Array(path.prefix(Int(length) - start))
        }
        guard bytes.first == 0 else { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
}
