import Glibc
import HearthServer
import HearthTestSupport
import Testing

/// Sockets that the process was started with.
@Suite struct ActivatedSocketTests {
    private func choice(_ pid: String?, _ count: String?, _ names: String? = nil) throws(ListenerError) -> [Int32]? {
        let choice = try ActivatedSocket.choice(pid: pid, count: count, names: names, ownPID: 42)
        return choice.map { [$0.descriptor] + $0.others }
    }

    @Test func `one socket is taken whatever its name`() throws {
        #expect(try choice("42", "1") == [3])
        #expect(try choice("42", "1", "hearthd.socket") == [3])
    }

    @Test func `of several the one named hearth is taken`() throws {
        #expect(try choice("42", "3", "a:hearth:b") == [4, 3, 5])
        #expect(try choice("42", "2", "hearth:") == [3, 4])
    }

    @Test func `no socket, or one for another process, is none`() throws {
        #expect(try choice(nil, nil) == nil)
        #expect(try choice("42", nil) == nil)
        #expect(try choice(nil, "1") == nil)
        #expect(try choice("41", "1") == nil)
        #expect(try choice("", "1") == nil)
        #expect(try choice("42", "0") == nil)
    }

    @Test(arguments: ["", "x", "-1", "1025", "99999999999999999999", " 1"])
    func `a number of sockets that is none is an error`(count: String) throws {
        let error = #expect(throws: ListenerError.self) { try choice("42", count) }
        #expect(
            error?.description
                == "LISTEN_FDS is '\(count)', a number from 0 to 1024 was expected; unset LISTEN_PID when nobody "
                + "passes a socket")
    }

    @Test(arguments: [("a:b", 0), ("hearth:hearth", 2), ("", 0), ("hearth2:x", 0)])
    func `several sockets of which not exactly one is named hearth are an error`(names: String, count: Int) throws {
        let error = #expect(throws: ListenerError.self) { try choice("42", "2", names) }
        #expect(
            error?.description
                == "2 sockets were passed in LISTEN_FDS, named '\(names)', and \(count) of them 'hearth'; pass one, or "
                + "write FileDescriptorName=hearth in the unit of one")
    }

    /// A socket of `type`, bound and listening as asked.
    private func socket(_ family: Int32, _ type: __socket_type, path: String? = nil, listens: Bool = false) -> Int32 {
        let number = Glibc.socket(family, Int32(type.rawValue), 0)
        if let path {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
                for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
                if path.hasPrefix("@") { unsafe room[0] = 0 }
            }
            let length = MemoryLayout<sa_family_t>.size + path.utf8.count
            let code = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(number, $0, socklen_t(length))
                }
            }
            #expect(code == 0)
        }
        if listens { #expect(listen(number, 8) == 0) }
        return number
    }

    @Test func `a listening stream socket of Unix is served, does not block and is closed on exec`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let number = socket(AF_UNIX, SOCK_STREAM, path: path, listens: true)
        let activated = try ActivatedSocket(taking: number)
        #expect(activated.path == path)
        #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        let listener = UnixListener(activated)
        #expect(listener.path == path)
        #expect(listener.descriptor == number)
        // Its name belongs to who made it.
        listener.unlinkSocket()
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
    }

    @Test func `an abstract name is told with its at sign`() throws {
        let name = "@hearth-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let activated = try ActivatedSocket(taking: socket(AF_UNIX, SOCK_STREAM, path: name, listens: true))
        #expect(activated.path == name)
    }

    private static let mend = "in hearthd.socket write ListenStream= with an absolute path, and no Accept=yes"

    @Test func `what is no listening stream socket of Unix is refused with what it is, and closed`() throws {
        let file = unsafe open("/dev/null", O_RDONLY)
        var error = #expect(throws: ListenerError.self) { try ActivatedSocket(taking: file) }
        #expect(
            error?.description
                == "descriptor \(file), passed in LISTEN_FDS, is no socket (Socket operation on non-socket); "
                + Self.mend)

        let internet = socket(AF_INET, SOCK_STREAM)
        error = #expect(throws: ListenerError.self) { try ActivatedSocket(taking: internet) }
        #expect(
            error?.description
                == "descriptor \(internet), passed in LISTEN_FDS, is a socket of family 2 and type 1, not a stream "
                + "socket of Unix (1 and 1); \(Self.mend)")

        let datagram = socket(AF_UNIX, SOCK_DGRAM)
        error = #expect(throws: ListenerError.self) { try ActivatedSocket(taking: datagram) }
        #expect(
            error?.description
                == "descriptor \(datagram), passed in LISTEN_FDS, is a socket of family 1 and type 2, not a stream "
                + "socket of Unix (1 and 1); \(Self.mend)")

        let quiet = socket(AF_UNIX, SOCK_STREAM)
        error = #expect(throws: ListenerError.self) { try ActivatedSocket(taking: quiet) }
        #expect(
            error?.description == "descriptor \(quiet), passed in LISTEN_FDS, does not listen; \(Self.mend)")
    }
}
