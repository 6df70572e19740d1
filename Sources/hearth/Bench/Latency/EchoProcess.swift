import CHearthLinux
import Glibc
import HearthClient
import HearthCore

/// A second process that answers every frame with another one of fixed size: what a call costs when nobody does
/// anything.
final class EchoProcess {
    /// The descriptor's number in the second process.
    static let inheritedNumber: Int32 = 3

    private let socket: FileDescriptor
    private let process: pid_t
    private let replyByteCount: Int
    private var receiver: Receiver
    private var request: [UInt8]
    private var reply: [UInt8]

    /// Starts this very program once more, with one end of a socket pair.
    init(requestByteCount: Int, replyByteCount: Int, wait: WaitPolicy, callerWait: WaitPolicy) throws {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw SystemError.last("socketpair") }
        socket = FileDescriptor(owning: pair[0])
        let other = FileDescriptor(owning: pair[1])
        self.replyByteCount = replyByteCount
        receiver = Receiver(callerWait)
        request = [UInt8](repeating: 0x55, count: requestByteCount)
        reply = [UInt8](repeating: 0, count: 64 << 10)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, other.number, Self.inheritedNumber)
        let words = [
            "hearth", "bench", "echo", "--request", "\(requestByteCount)", "--reply", "\(replyByteCount)",
            "--wait", wait.description,
        ]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(&process, "/proc/self/exe", &actions, nil, &arguments, environ)
        guard code == 0 else { throw SystemError("posix_spawn", "/proc/self/exe", code: code) }
        self.process = process
        for _ in 0..<200 { try call() }
    }

    deinit {
        shutdown(socket.number, Int32(SHUT_RDWR))
        waitpid(process, nil, 0)
    }

    /// Sends one frame and waits for the other's, with the receive loop of the client.
    func call() throws {
        let sent = unsafe hearth_send(socket.number, request, request.count)
        guard sent == request.count else { throw SystemError.last("send", "echo process") }
        let deadline = Deadline(after: .seconds(5))
        var received = 0
        while received < replyByteCount {
            let outcome = unsafe reply.withUnsafeMutableBytes { buffer -> Receiver.Outcome in
                guard let start = buffer.baseAddress else { return .closed }
                return unsafe receiver.receive(socket.number, into: start, count: buffer.count, deadline: deadline)
            }
            guard case .bytes(let count) = outcome else { throw DataError("the echo process ended: \(outcome)") }
            received += count
        }
    }
}
