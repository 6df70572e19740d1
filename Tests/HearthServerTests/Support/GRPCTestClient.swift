import CNGHTTP2
import Glibc
import HearthCore
import HearthWire

/// A gRPC client of one connection for tests: HTTP/2 by nghttp2's client side, everything else by hand, so that a test
/// can send what no library would.
@safe
final class GRPCTestClient {
    /// What came back for one call.
    struct Reply {
        var fields: [(name: String, value: String)] = []
        var data: [UInt8] = []
        /// The error code of HTTP/2 with which the stream closed; nil while it is open.
        var closedWith: UInt32?

        func field(_ name: String) -> String? { fields.last { $0.name == name }?.value }

        var httpStatus: String? { field(":status") }
        var code: StatusCode? { field("grpc-status").flatMap { Int32($0) }.flatMap { StatusCode(rawValue: $0) } }
        /// The message, percent-decoded.
        var message: String {
            var bytes: [UInt8] = []
            var rest = Substring(field("grpc-message") ?? "")
            while let first = rest.first {
                if first == "%", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16) {
                    bytes.append(byte)
                    rest = rest.dropFirst(3)
                } else {
                    bytes += Array(String(first).utf8)
                    rest = rest.dropFirst()
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// The whole messages so far.
        var messages: [[UInt8]] {
            var messages: [[UInt8]] = []
            var rest = data[...]
            while rest.count >= 5 {
                let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
                guard rest.count >= 5 + length else { break }
                messages.append(Array(rest.dropFirst(5).prefix(length)))
                rest = rest.dropFirst(5 + length)
            }
            return messages
        }
    }

    private let socket: RawClient
    private var session: OpaquePointer?
    private(set) var replies: [Int32: Reply] = [:]
    /// The error code of the server's GOAWAY; nil before one has come.
    private(set) var goAway: UInt32?
    /// Pings of ours that the server has answered.
    private(set) var answeredPingCount = 0
    /// Whether the server has said what it takes: it does so before any call.
    private(set) var hasSettings = false
    private var bodies: [Int32: Body] = [:]

    private struct Body {
        var bytes: [UInt8]
        var isLast: Bool
        var sentByteCount = 0
    }

    /// - Parameters:
    ///   - windowByteCount: how much the server may send on a stream before it is taken.
    ///   - opensWindows: whether taking bytes lets the server send as many again; else ``openWindow(_:by:)`` does.
    init(socketPath: String, windowByteCount: UInt32 = 16 << 20, opensWindows: Bool = true) throws {
        socket = try RawClient(socketPath: socketPath)
        var callbacks: OpaquePointer?
        unsafe nghttp2_session_callbacks_new(&callbacks)
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, user in
            guard let frame = unsafe frame, let name = unsafe name, let value = unsafe value else { return 0 }
            unsafe GRPCTestClient.of(user).replies[frame.pointee.hd.stream_id, default: Reply()].fields.append(
                (
                    ByteView(start: name, count: nameCount).text, ByteView(start: value, count: valueCount).text
                ))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, stream, start, count, user in
            guard let start = unsafe start else { return 0 }
            unsafe GRPCTestClient.of(user).replies[stream, default: Reply()].data +=
                Array(UnsafeBufferPointer(start: start, count: count))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            unsafe GRPCTestClient.of(user).replies[stream, default: Reply()].closedWith = code
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            let header = unsafe frame.pointee.hd
            if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue {
                unsafe GRPCTestClient.of(user).goAway = unsafe frame.pointee.goaway.error_code
            } else if UInt32(header.type) == NGHTTP2_SETTINGS.rawValue {
                unsafe GRPCTestClient.of(user).hasSettings = true
            } else if UInt32(header.type) == NGHTTP2_PING.rawValue, header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
            {
                unsafe GRPCTestClient.of(user).answeredPingCount += 1
            }
            return 0
        }
        var option: OpaquePointer?
        unsafe nghttp2_option_new(&option)
        defer { unsafe nghttp2_option_del(option) }
        if !opensWindows { unsafe nghttp2_option_set_no_auto_window_update(option, 1) }
        unsafe nghttp2_session_client_new2(&session, callbacks, Unmanaged.passUnretained(self).toOpaque(), option)
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: windowByteCount)
        ]
        unsafe nghttp2_submit_settings(session, 0, &settings, 1)
        // The connection's own window is never what a test is about.
        unsafe nghttp2_session_set_local_window_size(session, 0, 0, 64 << 20)
        flush()
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> GRPCTestClient {
        guard let user = unsafe user else { preconditionFailure("nghttp2 calls back with the client it was given") }
        return unsafe Unmanaged<GRPCTestClient>.fromOpaque(user).takeUnretainedValue()
    }

    /// A message with its prefix.
    static func framed(_ message: [UInt8], isCompressed: Bool = false) -> [UInt8] {
        let count = UInt32(message.count)
        return [isCompressed ? 1 : 0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * UInt32($0))) }
            + message
    }

    static let usualFields = [("content-type", "application/grpc"), ("te", "trailers")]

    /// Opens a call; `body` is what is sent of it now.
    ///
    /// - Parameter isLast: whether the request ends with it.
    @discardableResult
    func start(
        path: String, method: String = "POST", authority: String? = "localhost",
        fields: [(String, String)] = GRPCTestClient.usualFields, body: [UInt8], isLast: Bool = true
    ) -> Int32 {
        let all =
            [(":method", method), (":scheme", "http"), (":path", path)]
            + (authority.map { [(":authority", $0)] } ?? []) + fields
        let texts = all.map { (Array($0.0.utf8), Array($0.1.utf8)) }
        var pointers: [nghttp2_nv] = unsafe []
        var kept: [UnsafeMutableBufferPointer<UInt8>] = unsafe []
        func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + 1)
            _ = unsafe buffer.initialize(from: bytes)
            unsafe kept.append(buffer)
            return unsafe buffer
        }
        for (name, value) in texts {
            unsafe pointers.append(
                nghttp2_nv(
                    name: copy(name).baseAddress, value: copy(value).baseAddress, namelen: name.count,
                    valuelen: value.count, flags: 0))
        }
        var source = unsafe nghttp2_data_provider(
            source: nghttp2_data_source(ptr: nil),
            read_callback: { _, stream, target, room, flags, _, user in
                unsafe GRPCTestClient.of(user).fill(stream, target, room, flags)
            })
        let stream = unsafe nghttp2_submit_request(session, nil, &pointers, pointers.count, &source, nil)
        unsafe kept.indices.forEach { unsafe kept[$0].deallocate() }
        bodies[stream] = Body(bytes: body, isLast: isLast)
        replies[stream] = Reply()
        flush()
        return stream
    }

    /// Sends more of a request.
    func send(_ stream: Int32, _ bytes: [UInt8], isLast: Bool = false) {
        bodies[stream, default: Body(bytes: [], isLast: false)].bytes += bytes
        bodies[stream]?.isLast = isLast
        unsafe nghttp2_session_resume_data(session, stream)
        flush()
    }

    /// Gives a call up.
    func cancel(_ stream: Int32, code: UInt32 = NGHTTP2_CANCEL.rawValue) {
        unsafe nghttp2_submit_rst_stream(session, 0, stream, code)
        flush()
    }

    /// Lets the server send more on a stream.
    func openWindow(_ stream: Int32, by byteCount: Int32) {
        unsafe nghttp2_submit_window_update(session, 0, stream, byteCount)
        flush()
    }

    func ping() {
        unsafe nghttp2_submit_ping(session, 0, nil)
        flush()
    }

    private func fill(
        _ stream: Int32, _ target: UnsafeMutablePointer<UInt8>?, _ room: Int, _ flags: UnsafeMutablePointer<UInt32>?
    ) -> Int {
        guard let target = unsafe target, let body = bodies[stream] else { return 0 }
        let left = body.bytes.count - body.sentByteCount
        let count = min(room, left)
        unsafe body.bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress {
                unsafe target.update(from: start + body.sentByteCount, count: count)
            }
        }
        bodies[stream]?.sentByteCount += count
        if count == left {
            guard body.isLast else { return count > 0 ? count : Int(NGHTTP2_ERR_DEFERRED.rawValue) }
            unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        }
        return count
    }

    /// Sends all that may be sent. A server that waits for its replies to be taken does not read: who only sends would
    /// wait for ever, so what comes meanwhile is taken.
    private func flush() {
        var unsent: [UInt8] = []
        while true {
            var start: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &start)
            if count > 0, let start = unsafe start {
                unsafe unsent += Array(UnsafeBufferPointer(start: start, count: count))
                continue
            }
            unsent.removeFirst(socket.sendNow(unsent))
            guard !unsent.isEmpty else { return }
            var wanted = pollfd(fd: socket.descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
            guard unsafe poll(&wanted, 1, 20_000) > 0 else { return }
            if wanted.revents & Int16(POLLIN) != 0, !take() { return }
        }
    }

    /// Takes what has come, or waits for it. Returns false when the server has closed or breaks HTTP/2.
    private func take() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let received = unsafe recv(socket.descriptor, &buffer, buffer.count, 0)
        guard received > 0 else { return false }
        return unsafe nghttp2_session_mem_recv(session, buffer, received) >= 0
    }

    /// Takes bytes until `isEnough`, or the server closes, or says nothing for 20 s. Returns whether it was enough.
    @discardableResult
    func receive(until isEnough: () -> Bool) -> Bool {
        while !isEnough() {
            guard take() else { return isEnough() }
            flush()
        }
        return true
    }

    /// Whether the server closes the connection, after whatever it still had to say.
    func isClosedByServer() -> Bool {
        receive { false }
        return socket.isClosedByServer()
    }

    /// Waits for the end of a call.
    func finish(_ stream: Int32) -> Reply {
        receive { replies[stream]?.closedWith != nil }
        return replies[stream] ?? Reply()
    }

    /// Makes a call with one message and waits for its end.
    func call(
        _ route: Route, _ message: [UInt8], fields: [(String, String)] = GRPCTestClient.usualFields
    ) -> Reply {
        finish(start(path: "/\(route.path)", fields: fields, body: Self.framed(message)))
    }
}
