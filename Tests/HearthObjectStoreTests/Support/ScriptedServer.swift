import Glibc
import HearthCore
import HearthArtifacts
import HearthObjectStore
import Synchronization

/// A server that answers each connection with the next of some replies, whatever it is asked: for what no real server
/// says.
final class ScriptedServer: Sendable {
    enum Reply: Sendable {
        /// These bytes, then the end of the connection.
        case bytes([UInt8])
        /// Nothing: the connection stays open until the server ends.
        case silence

        /// A reply with a body.
        static func status(_ status: Int, _ body: String = "", headers: String = "") -> Reply {
            let head =
                "HTTP/1.1 \(status) X\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n"
            return .bytes(Array((head + body).utf8))
        }
    }

    private struct State {
        var replies: [Reply]
        var requests: [String] = []
        var held: [Int32] = []
    }

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>
    private let thread = Mutex<SystemThread?>(nil)

    init(_ replies: [Reply]) throws {
        state = Mutex(State(replies: replies))
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = number
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(number, address, length) == 0 && listen(number, 64) == 0
                    && getsockname(number, address, &length) == 0
            }
        }
        guard isBound else { throw SystemError.last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        let started = try SystemThread(name: "scripted") { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                answer(connection)
            }
        }
        thread.withLock { $0 = started }
    }

    /// Ends it; connections that are held are closed.
    func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        thread.withLock { $0.take() }?.join()
        close(listener)
        for connection in state.withLock({ $0.held }) { close(connection) }
    }

    /// The heads of the requests that have come.
    var requests: [String] { state.withLock { $0.requests } }

    private func answer(_ connection: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]), unsafe recv(connection, &byte, 1, 0) == 1 {
            head.append(byte)
        }
        let reply = state.withLock { state in
            state.requests.append(String(decoding: head, as: UTF8.self))
            return state.replies.isEmpty ? nil : state.replies.removeFirst()
        }
        switch reply {
        case .bytes(let bytes)?:
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe send(
                        connection, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard count > 0 else { break }
                sent += count
            }
            close(connection)
        case .silence?, nil:
            state.withLock { $0.held.append(connection) }
        }
    }

    /// A store that speaks to it; `pauses` keeps how long it would have waited between attempts.
    func store(
        attempts: Int = 1, restMilliseconds: Int = 0, stallSeconds: Int = 10, pauses: Pauses = Pauses(),
        region: String = "us-east-1"
    ) throws -> S3ArtifactStore {
        let environment = [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(port)", "AWS_REGION": region, "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
        ]
        var patience = StorePatience(
            attemptCount: attempts, delayMilliseconds: 100, restMilliseconds: restMilliseconds)
        patience.timeouts.stallSeconds = stallSeconds
        return try S3ArtifactStore(
            S3Location("s3://bucket", environment: { environment[$0] }),
            credentials: S3Credentials(environment: { environment[$0] }), limits: ArtifactLimits(),
            patience: patience, pause: { pauses.add($0) })
    }
}

/// What a store would have waited, in milliseconds.
final class Pauses: Sendable {
    private let kept = Mutex<[Int]>([])

    var all: [Int] { kept.withLock { $0 } }

    func add(_ milliseconds: Int) { kept.withLock { $0.append(milliseconds) } }
}
