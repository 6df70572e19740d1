import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import Testing

/// What the service manager is told, through a real datagram socket.
@Suite struct ServiceNotifierTests {
    @Test(arguments: [false, true])
    func `each state is one datagram, to a path or to an abstract name`(isAbstract: Bool) throws {
        let folder = try TemporaryFolder()
        let manager = try NotifySocket(
            isAbstract ? "@hearth-notify-\(getpid())-\(UInt32.random(in: 0...UInt32.max))" : folder.file("notify"))
        let notifier = try ServiceNotifier(path: manager.path)
        try notifier.status("Loading models")
        try notifier.ready("Serving 3 models\non /run/x")
        try notifier.reloading(at: MonotonicTime(nanoseconds: 123_456_789))
        try notifier.stopping()
        #expect(manager.next() == "STATUS=Loading models")
        #expect(manager.next() == "READY=1\nMAINPID=\(getpid())\nSTATUS=Serving 3 models on /run/x")
        #expect(
            manager.next()
                == "RELOADING=1\nMONOTONIC_USEC=123456\nSTATUS=Comparing all models with the registry")
        #expect(manager.next() == "STOPPING=1\nSTATUS=Answering what has arrived")
    }

    @Test func `a path that nobody reads is an error and no crash`() throws {
        let folder = try TemporaryFolder()
        let notifier = try ServiceNotifier(path: folder.file("nobody"))
        let error = #expect(throws: SystemError.self) { try notifier.stopping() }
        #expect(error?.description == "sendto \(folder.file("nobody")): No such file or directory")
    }

    @Test(arguments: ["notify", "vsock:2:1234", "@", "/", "/" + String(repeating: "x", count: 107)])
    func `an address that cannot be is refused`(path: String) throws {
        let error = #expect(throws: ListenerError.self) { try ServiceNotifier(path: path) }
        #expect(
            error?.description
                == "NOTIFY_SOCKET is '\(path)', an absolute path or @name of at most 107 bytes was expected; unset it "
                + "when nobody listens")
    }
}
