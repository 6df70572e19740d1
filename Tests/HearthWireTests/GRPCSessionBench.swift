import CNGHTTP2
import HearthCore
import HearthTestSupport
import HearthWire

/// A session with a client made by hand: frames go in, and what comes out is read again.
@safe
final class GRPCSessionBench: GRPCSessionDelegate {
    /// A message that was handed out.
    struct Call: Equatable {
        var stream: UInt32
        var route: Route
        var message: [UInt8]
        var timeoutNanoseconds: Int64?
    }

    /// What came back for one stream.
    struct Reply: Equatable {
        var fields: [String: String] = [:]
        var data: [UInt8] = []
        var hasEnded = false
        var resetCode: UInt32?
    }

    let pool: GRPCPool
    let session: GRPCSession
    private(set) var calls: [Call] = []
    private(set) var cancelled: [UInt32] = []
    private(set) var replies: [UInt32: Reply] = [:]
    /// The error code of GOAWAY.
    private(set) var goAway: UInt32?
    /// Answers each message at once, when it is set: by default with the message itself.
    var answer: ((GRPCSession, Call) -> Void)? = { session, call in
        call.message.withView { message in
            unsafe session.reply(call.stream, byteCount: message.count) {
                unsafe $0.copyMemory(from: message.start, byteCount: message.count)
            }
        }
    }
    private var now = MonotonicTime(nanoseconds: 0)
    private var inflater: OpaquePointer?
    private var output = OutputBuffer(capacity: 0)

    init(_ limits: GRPCLimits = GRPCLimits(), pool: GRPCPool = GRPCPool()) {
        self.pool = pool
        guard let session = GRPCSession(pool: pool, limits: limits, now: now) else {
            preconditionFailure("there is memory for one session")
        }
        self.session = session
        unsafe nghttp2_hd_inflate_new(&inflater)
    }

    deinit {
        unsafe nghttp2_hd_inflate_del(inflater)
    }

    // MARK: - GRPCSessionDelegate

    func take(
        _ stream: UInt32, _ route: Route, _ message: ByteView, timeoutNanoseconds: Int64?, receivedAt: MonotonicTime
    ) {
        let call = Call(stream: stream, route: route, message: message.array, timeoutNanoseconds: timeoutNanoseconds)
        calls.append(call)
        answer?(session, call)
    }

    func cancelled(_ stream: UInt32) {
        cancelled.append(stream)
    }

    // MARK: - The client

    /// Gives the session bytes; returns whether the connection goes on.
    @discardableResult
    func receive(_ bytes: [UInt8]) -> Bool {
        let goesOn = bytes.withView { session.receive($0, at: now, self) }
        settle()
        return goesOn
    }

    /// Lets the session send what it may, and reads it.
    func settle() {
        session.proceed(self)
        session.send(to: &output, self)
        var rest = output.bytes
        while let length = rest.slice(from: 0, count: 3), let kind = rest.byte(at: 3), let flags = rest.byte(at: 4),
            let id = rest.slice(from: 5, count: 4),
            let payload = rest.slice(from: 9, count: length.array.reduce(0) { $0 << 8 | Int($1) })
        {
            take(kind, flags, Self.number(id), payload)
            rest = rest.dropping(9 + payload.count)
        }
        precondition(rest.isEmpty, "a session sends whole frames")
        output.removeAll()
    }

    func pass(nanoseconds: Int64) {
        now = now.advanced(byNanoseconds: nanoseconds)
        session.advance(to: now)
        session.expire(at: now)
        settle()
    }

    private static func number(_ bytes: ByteView) -> UInt32 { bytes.array.reduce(0) { $0 << 8 | UInt32($1) } }

    private func take(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: ByteView) {
        switch kind {
        case HTTP2Frames.Kind.headers:
            takeFields(payload, of: stream)
            replies[stream, default: Reply()].hasEnded = flags & HTTP2Frames.Flags.endStream != 0
        case HTTP2Frames.Kind.data:
            replies[stream, default: Reply()].data += payload.array
            replies[stream, default: Reply()].hasEnded = flags & HTTP2Frames.Flags.endStream != 0
        case HTTP2Frames.Kind.reset: replies[stream, default: Reply()].resetCode = Self.number(payload)
        case HTTP2Frames.Kind.goAway: goAway = payload.slice(from: 4, count: 4).map(Self.number)
        default: break
        }
    }

    private func takeFields(_ block: ByteView, of stream: UInt32) {
        var rest = block
        while true {
            var field = unsafe nghttp2_nv()
            var flags: CInt = 0
            let taken = unsafe nghttp2_hd_inflate_hd2(
                inflater, &field, &flags, rest.start.assumingMemoryBound(to: UInt8.self), rest.count, 1)
            precondition(taken >= 0, "the session sends fields that can be read")
            rest = rest.dropping(taken)
            if flags & CInt(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                let name = unsafe ByteView(start: field.name, count: field.namelen).text
                replies[stream, default: Reply()].fields[name] =
                    unsafe ByteView(start: field.value, count: field.valuelen).text
            }
            if flags & CInt(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { break }
        }
        unsafe nghttp2_hd_inflate_end_headers(inflater)
    }
}
