import CNGHTTP2
package import HearthCore

/// Answers the calls that a gRPC session takes in.
package protocol GRPCSessionDelegate: AnyObject {
    /// A whole request message has come: answer it with ``GRPCSession/reply(_:byteCount:_:)`` or
    /// ``GRPCSession/fail(_:_:_:)``, now or later. `message` lasts as long as this call.
    ///
    /// - Parameters:
    ///   - timeoutNanoseconds: what the client is willing to wait from `receivedAt` on; nil for no limit.
    func take(
        _ stream: UInt32, _ route: Route, _ message: ByteView, timeoutNanoseconds: Int64?, receivedAt: MonotonicTime)
    /// A call is over that the delegate has not ended: its client has given it up, or broken the rules, or let the
    /// session wait too long.
    func cancelled(_ stream: UInt32)
}

/// The server's side of one gRPC connection: HTTP/2 by nghttp2, gRPC's framing of messages and statuses by us (source:
/// "gRPC over HTTP2"). A state machine without I/O: it takes bytes, hands out whole messages, takes replies and gives
/// bytes. One owner, one thread.
///
/// Once warm a call with one request and one reply allocates nothing.
@safe
package final class GRPCSession {
    /// The most bytes of one reply: what gRPC clients take by default.
    package static let replyByteCountMax = 4 << 20
    static let prefixByteCount = 5

    let pool: GRPCPool
    let limits: GRPCLimits
    /// nghttp2's session.
    private(set) var engine: OpaquePointer?
    /// Set for the length of ``receive(_:at:_:)``, ``proceed(_:)`` and ``send(to:_:)``.
    var delegate: (any GRPCSessionDelegate)?
    /// The moment of the bytes that are being taken.
    var now = MonotonicTime(nanoseconds: 0)
    /// All streams that are open, in no order.
    var streams: [GRPCStream] = []
    /// Bytes of requests and replies that wait.
    var heldByteCount = 0
    /// Streams whose next message may be handed out, since the one before is answered.
    var ready: [UInt32] = []
    private var frames = FrameWatch()
    /// Debts of clients: requests that are not whole, and replies that are not taken.
    private var debtCount = 0
    /// Until the client's own settings have come.
    var isHandshakePending = true
    private let openedAt: MonotonicTime
    private var hasEnded = false
    /// Calls that were ended with an error here, not by the delegate.
    package internal(set) var refusedCallCount: UInt64 = 0
    /// Whether the first bytes were not those of HTTP/2.
    package private(set) var isOtherProtocol = false

    /// - Parameter now: the moment of the connection's first bytes.
    /// - Returns: nil when there is no memory for a session.
    package init?(pool: GRPCPool, limits: GRPCLimits = GRPCLimits(), now: MonotonicTime) {
        self.pool = pool
        self.limits = limits
        openedAt = now
        var engine: OpaquePointer?
        guard let callbacks = unsafe HTTP2Callbacks.shared.pointer,
            let option = unsafe HTTP2Callbacks.options(limits)
        else { return nil }
        defer { unsafe nghttp2_option_del(option) }
        let code = unsafe nghttp2_session_server_new3(
            &engine, callbacks, Unmanaged.passUnretained(self).toOpaque(), option, pool.memory.callbacks)
        guard code == 0, let engine = unsafe engine else { return nil }
        unsafe self.engine = engine
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: limits.streamCountMax),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: limits.streamWindowByteCount),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: limits.headerByteCountMax)),
        ]
        guard unsafe nghttp2_submit_settings(engine, 0, &settings, settings.count) == 0,
            unsafe nghttp2_session_set_local_window_size(engine, 0, 0, limits.connectionWindowByteCount) == 0
        else { return nil }
    }

    deinit {
        if let engine = unsafe engine { unsafe nghttp2_session_del(engine) }
        for stream in streams { pool.giveBack(stream) }
    }

    // MARK: - Bytes

    /// Takes received bytes and tells `delegate` of the messages in them. Returns false when the connection is to be
    /// closed once what ``send(to:)`` gives is out.
    package func receive(_ bytes: ByteView, at now: MonotonicTime, _ delegate: any GRPCSessionDelegate) -> Bool {
        guard let engine = unsafe engine, !hasEnded else { return false }
        self.now = now
        self.delegate = delegate
        defer { self.delegate = nil }
        frames.take(bytes, at: now)
        let taken = unsafe nghttp2_session_mem_recv(
            engine, bytes.start.assumingMemoryBound(to: UInt8.self), bytes.count)
        guard taken >= 0 else {
            hasEnded = true
            end(because: Int32(clamping: taken))
            return false
        }
        proceed()
        return true
    }

    /// Says what time it is before replies are made outside ``receive(_:at:_:)``.
    package func advance(to now: MonotonicTime) {
        self.now = now
    }

    /// Hands out the messages that waited for the answer to the one before them.
    package func proceed(_ delegate: any GRPCSessionDelegate) {
        guard !ready.isEmpty else { return }
        self.delegate = delegate
        defer { self.delegate = nil }
        proceed()
    }

    /// Appends all bytes that may be sent now to `output`, and tells `delegate` of the calls that end with them.
    package func send(to output: inout OutputBuffer, _ delegate: any GRPCSessionDelegate) {
        guard let engine = unsafe engine else { return }
        self.delegate = delegate
        defer { self.delegate = nil }
        while true {
            var start: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(engine, &start)
            guard count > 0, let start = unsafe start else {
                if count < 0 { hasEnded = true }
                return
            }
            output.append(unsafe ByteView(start: start, count: count))
        }
    }

    /// Whether nothing more is to be read or sent: the connection has run its course.
    package var isFinished: Bool {
        guard let engine = unsafe engine, !hasEnded else { return true }
        return unsafe nghttp2_session_want_read(engine) == 0 && nghttp2_session_want_write(engine) == 0
    }

    /// Whether no call is open.
    package var isIdle: Bool { streams.isEmpty }

    // MARK: - The end

    /// Says that the connection will end soon: the client opens no new calls on it, but those that are on their way are
    /// still answered.
    package func announceEnd() {
        if let engine = unsafe engine { unsafe nghttp2_submit_shutdown_notice(engine) }
    }

    /// Says which call was the last that is answered: the client may try later ones elsewhere.
    package func refuseNewCalls() {
        guard let engine = unsafe engine else { return }
        let last = unsafe nghttp2_session_get_last_proc_stream_id(engine)
        unsafe nghttp2_submit_goaway(engine, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }

    private func end(because code: Int32) {
        isOtherProtocol = code == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue
        guard let engine = unsafe engine, !isOtherProtocol else { return }
        let reason =
            code == NGHTTP2_ERR_FLOODED.rawValue
            ? NGHTTP2_ENHANCE_YOUR_CALM.rawValue
            : NGHTTP2_INTERNAL_ERROR.rawValue
        unsafe nghttp2_session_terminate_session(engine, reason)
        hasEnded = false
    }

    // MARK: - Stalls

    /// Whether the client owes something: the rest of a request, or taking a reply.
    package var isOwed: Bool {
        isHandshakePending || frames.partialSince != nil || debtCount > 0
    }

    /// Notes since when the rest of a request is awaited; nil when it is not.
    func setPartial(_ stream: GRPCStream, since: MonotonicTime?) {
        debtCount += (since == nil ? 0 : 1) - (stream.partialSince == nil ? 0 : 1)
        stream.partialSince = since
    }

    /// Notes since when a reply waits to be taken; nil when none does.
    func setUnsent(_ stream: GRPCStream, since: MonotonicTime?) {
        debtCount += (since == nil ? 0 : 1) - (stream.unsentSince == nil ? 0 : 1)
        stream.unsentSince = since
    }

    /// Ends the calls whose client has let the server wait too long. A frame that does not end
    /// ends the connection.
    package func expire(at now: MonotonicTime) {
        func isLate(_ since: MonotonicTime?) -> Bool { since.map { now - $0 >= limits.stallNanoseconds } ?? false }
        if isLate(frames.partialSince) || (isHandshakePending && isLate(openedAt)) {
            if let engine = unsafe engine {
                unsafe nghttp2_session_terminate_session(engine, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
            }
            return
        }
        for stream in streams {
            if isLate(stream.partialSince) {
                let milliseconds = limits.stallNanoseconds / 1_000_000
                fail(stream, .deadlineExceeded, "the request was not complete within \(milliseconds) ms; send it whole")
            } else if isLate(stream.unsentSince) {
                reset(stream, NGHTTP2_CANCEL)
            }
        }
    }
}
