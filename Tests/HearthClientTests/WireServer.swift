import CHearthLinux
import Glibc
import HearthCore
import HearthWire
import Synchronization

/// A server of the fast lane in the test's own process: one thread per connection, answers decided by a closure. Good
/// for everything a real server would rarely do: staying silent, hanging up, answering late, answering nonsense.
final class WireServer: Sendable {
    /// What a call is, copied out of its frame.
    struct Call: Sendable {
        var route: Route
        var streamID: UInt32
        var timeoutNanoseconds: Int64
        var payload: [UInt8]
        /// 0 for the first connection since the server was made.
        var connection: Int
        /// Calls before it on all connections.
        var index: Int
    }

    enum Action: Sendable {
        /// An answer with this payload.
        case answer([UInt8])
        case error(StatusCode, String)
        /// No answer, ever.
        case silence
        /// The connection is closed without an answer.
        case hangUp
        /// These bytes as they are.
        case raw([UInt8])
        /// An answer for a stream that gave up before, then this one's.
        case lateThenAnswer(streamID: UInt32, late: [UInt8], answer: [UInt8])
        /// Messages of a stream, then its end.
        case stream([[UInt8]])
        /// Kept back until the given number of calls wait on the connection; then all are answered in reverse.
        case heldUntil(count: Int, answer: [UInt8])
    }

    struct Counts: Sendable {
        var connections = 0
        var calls = 0
        var receives = 0
    }

    let path: String
    private let listener: FileDescriptor
    private let counts = Mutex(Counts())
    private let open = Mutex<[Int32]>([])
    private let handle: @Sendable (Call) -> Action

    /// Listens at `path` at once, in the place of whoever did before.
    init(_ path: String, _ handle: @escaping @Sendable (Call) -> Action) throws {
        self.path = path
        self.handle = handle
        unsafe unlink(path)
        listener = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: bytes) }
        let number = listener.number
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(number, 64) == 0 else { throw SystemError.last("bind", path) }
        _ = try SystemThread(name: "wire-server") { [self] in accept() }
    }

    var count: Counts { counts.withLock { $0 } }

    /// Hangs up on everybody, as a killed server does. The path stays.
    func stop() {
        shutdown(listener.number, Int32(SHUT_RDWR))
        open.withLock { numbers in
            for number in numbers { shutdown(number, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let number = Glibc.accept(listener.number, nil, nil)
            if number < 0 { return }
            let connection = counts.withLock { counts in
                defer { counts.connections += 1 }
                return counts.connections
            }
            open.withLock { $0.append(number) }
            _ = try? SystemThread(name: "wire-connection") { [self] in
                serve(number, connection: connection)
                // Taken off the list first: the number may be another file's as soon as it is closed.
                open.withLock { $0.removeAll { $0 == number } }
                close(number)
            }
        }
    }

    private func serve(_ number: Int32, connection: Int) {
        var decoder = FrameDecoder()
        var input = OutputBuffer(capacity: 256 << 10)
        var output = OutputBuffer(capacity: 4096)
        var held: [(UInt32, [UInt8])] = []
        while true {
            var received = 0
            unsafe input.append(atMost: 256 << 10) { target in
                received = unsafe recv(number, target, 256 << 10, 0)
                return max(0, received)
            }
            guard received > 0 else { return }
            counts.withLock { $0.receives += 1 }
            while true {
                let (step, consumed) = decoder.next(in: input.bytes)
                guard case .frame(let header, let data) = step, let request = Envelope.request(data),
                    let route = Route(service: request.service, method: request.method)
                else {
                    input.drop(consumed)
                    break
                }
                let index = counts.withLock { counts in
                    defer { counts.calls += 1 }
                    return counts.calls
                }
                let call = Call(
                    route: route, streamID: header.streamID, timeoutNanoseconds: request.timeoutNanoseconds,
                    payload: unsafe Array(request.payload.buffer), connection: connection, index: index)
                input.drop(consumed)
                let action = handle(call)
                if case .hangUp = action { return }
                Self.write(action, call.streamID, &held, &output)
            }
            while !output.isEmpty {
                let bytes = output.bytes
                let sent = unsafe hearth_send(number, bytes.start, bytes.count)
                guard sent > 0 else { return }
                output.drop(sent)
            }
        }
    }

    private static func write(
        _ action: Action, _ streamID: UInt32, _ held: inout [(UInt32, [UInt8])], _ output: inout OutputBuffer
    ) {
        switch action {
        case .answer(let payload): append(payload, streamID, &output)
        case .error(let code, let message):
            unsafe Array(message.utf8).withUnsafeBytes {
                unsafe Envelope.appendError(to: &output, streamID: streamID, code: code, message: ByteView($0))
            }
        case .silence, .hangUp: break
        case .raw(let bytes): unsafe bytes.withUnsafeBytes { unsafe output.append(ByteView($0)) }
        case .lateThenAnswer(let lateStreamID, let late, let answer):
            append(late, lateStreamID, &output)
            append(answer, streamID, &output)
        case .stream(let messages):
            for message in messages {
                unsafe Envelope.appendData(
                    to: &output, streamID: streamID, flags: FrameHeader.Flags.remoteOpen,
                    payloadByteCount: message.count
                ) { target in
                    unsafe message.withUnsafeBytes {
                        if let start = $0.baseAddress {
                            unsafe target.copyMemory(from: start, byteCount: message.count)
                        }
                    }
                }
            }
            append([], streamID, &output)
        case .heldUntil(let count, let answer):
            held.append((streamID, answer))
            guard held.count >= count else { return }
            for (streamID, answer) in held.reversed() { append(answer, streamID, &output) }
            held = []
        }
    }

    private static func append(_ payload: [UInt8], _ streamID: UInt32, _ output: inout OutputBuffer) {
        unsafe Envelope.appendResponse(to: &output, streamID: streamID, payloadByteCount: payload.count) { target in
            unsafe payload.withUnsafeBytes {
                if let start = $0.baseAddress { unsafe target.copyMemory(from: start, byteCount: payload.count) }
            }
        }
    }
}
