import CNGHTTP2
package import HearthCore

/// Replies: messages are queued at their stream, and the engine takes them as the client's windows allow.
extension GRPCSession {
    /// What the engine gets when it asks for data.
    enum Filling {
        case bytes(Int, isLast: Bool)
        /// Nothing now; the engine is told when there is more.
        case later
        /// The call is gone.
        case gone
    }

    /// Answers the message that was handed out, with one of `byteCount` bytes that `write` fills. A call that takes one
    /// request ends with it.
    package func reply(_ id: UInt32, byteCount: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        guard let stream = open(id), unsafe queue(stream, byteCount: byteCount, write) else { return }
        if stream.head.route?.kind == .bidirectional {
            stream.isBusy = false
            ready.append(id)
        } else {
            stream.answer = .ending(.ok)
        }
        release(stream)
    }

    /// Sends one more message on a call whose replies come when something happens.
    package func push(_ id: UInt32, _ message: ByteView) {
        guard let stream = open(id) else { return }
        let isQueued = unsafe queue(stream, byteCount: message.count) {
            if message.count > 0 { unsafe $0.copyMemory(from: message.start, byteCount: message.count) }
        }
        if isQueued { release(stream) }
    }

    /// Ends a call with an error; `message` is UTF-8 text.
    package func fail(_ id: UInt32, _ code: StatusCode, _ message: ByteView) {
        guard let stream = open(id) else { return }
        fail(stream, code, message)
    }

    /// The stream of a call that may still be answered.
    private func open(_ id: UInt32) -> GRPCStream? {
        guard let stream = stream(Int32(bitPattern: id)) else { return nil }
        switch stream.answer {
        case .none, .begun: return stream
        case .ending, .ended: return nil
        }
    }

    private func queue(
        _ stream: GRPCStream, byteCount: Int, _ write: (UnsafeMutableRawPointer) -> Void
    ) -> Bool {
        let total = Self.prefixByteCount + byteCount
        guard heldByteCount + total <= limits.heldByteCountMax else {
            let message =
                "replies of this connection that were not taken have \(ByteCount(heldByteCount)); read them, or ask "
                + "for less at once"
            fail(stream, .resourceExhausted, message)
            return false
        }
        heldByteCount += total
        unsafe stream.reply.append(atMost: total) { target in
            unsafe target.storeBytes(of: 0, as: UInt8.self)
            unsafe target.storeBytes(of: UInt32(byteCount).bigEndian, toByteOffset: 1, as: UInt32.self)
            if byteCount > 0 { unsafe write(target + Self.prefixByteCount) }
            return total
        }
        if stream.unsentSince == nil { setUnsent(stream, since: now) }
        return true
    }

    /// Lets the engine begin, or go on, to take what is queued.
    private func release(_ stream: GRPCStream) {
        guard let engine = unsafe engine else { return }
        let id = Int32(bitPattern: stream.id)
        if !stream.isHeadSent {
            stream.isHeadSent = true
            if case .none = stream.answer { stream.answer = .begun }
            var source = unsafe HTTP2Callbacks.replySource
            let code = unsafe nghttp2_submit_response(engine, id, pool.fields.head, ReplyFields.headCount, &source)
            if code != 0 { reset(stream, NGHTTP2_INTERNAL_ERROR) }
        } else if stream.isDeferred {
            stream.isDeferred = false
            unsafe nghttp2_session_resume_data(engine, id)
        }
    }

    /// Gives the engine what is queued of a reply.
    func fill(_ id: Int32, _ target: UnsafeMutablePointer<UInt8>, _ room: Int) -> Filling {
        guard let stream = stream(id) else { return .gone }
        let count = min(room, stream.reply.count)
        if count > 0 {
            unsafe UnsafeMutableRawPointer(target).copyMemory(from: stream.reply.bytes.start, byteCount: count)
            stream.reply.drop(count)
            heldByteCount -= count
            setUnsent(stream, since: stream.reply.isEmpty ? nil : now)
        }
        guard stream.reply.isEmpty else { return .bytes(count, isLast: false) }
        if case .ending(let code) = stream.answer {
            submitTrailer(stream, code)
            return .bytes(count, isLast: true)
        }
        if count > 0 { return .bytes(count, isLast: false) }
        stream.isDeferred = true
        return .later
    }

    private func submitTrailer(_ stream: GRPCStream, _ code: StatusCode) {
        guard let engine = unsafe engine else { return }
        stream.answer = .ended
        let id = Int32(bitPattern: stream.id)
        _ = unsafe pool.fields.withStatus(code, stream.statusText.bytes, isAlone: false) { fields, count in
            unsafe nghttp2_submit_trailer(engine, id, fields, count)
        }
    }

    // MARK: - Ends

    /// Ends a stream of messages whose client has said all.
    func finish(_ stream: GRPCStream) {
        stream.answer = .ending(.ok)
        release(stream)
    }

    /// Ends a call for a reason of this session's own.
    func fail(_ stream: GRPCStream, _ code: StatusCode, _ message: String, namesEncodings: Bool = false) {
        refusedCallCount &+= 1
        var message = message
        message.withUTF8 { bytes in
            fail(stream, code, unsafe ByteView(UnsafeRawBufferPointer(bytes)), namesEncodings: namesEncodings)
        }
    }

    private func fail(_ stream: GRPCStream, _ code: StatusCode, _ message: ByteView, namesEncodings: Bool = false) {
        guard let engine = unsafe engine else { return }
        stream.isBusy = true
        setPartial(stream, since: nil)
        heldByteCount -= stream.body.count
        stream.body.removeAll()
        stream.statusText.removeAll()
        GRPCStatusText.encode(message, to: &stream.statusText)
        guard !stream.isHeadSent else {
            // What was said before goes out first.
            stream.answer = .ending(code)
            release(stream)
            return
        }
        stream.isHeadSent = true
        stream.answer = .ended
        let id = Int32(bitPattern: stream.id)
        let submitted = unsafe pool.fields.withStatus(
            code, stream.statusText.bytes, isAlone: true, names: namesEncodings
        ) { fields, count in
            unsafe nghttp2_submit_response(engine, id, fields, count, nil)
        }
        if submitted != 0 { reset(stream, NGHTTP2_INTERNAL_ERROR) }
    }

    /// Refuses a request that is no gRPC, with a status of HTTP.
    func refuseHTTP(_ stream: GRPCStream, _ status: StaticString) {
        guard let engine = unsafe engine else { return }
        stream.isHeadSent = true
        stream.answer = .ended
        setPartial(stream, since: nil)
        let id = Int32(bitPattern: stream.id)
        _ = unsafe pool.fields.withHTTPStatus(status) { fields, count in
            unsafe nghttp2_submit_response(engine, id, fields, count, nil)
        }
    }

    /// The whole answer is sent: a client that is still sending its request is asked to stop (RFC 9113, 8.1). Not
    /// before, for the engine drops the answer of a stream that it is to reset.
    func sentEnd(_ id: Int32) {
        guard let stream = stream(id), !stream.isHalfClosed, let engine = unsafe engine else { return }
        unsafe nghttp2_submit_rst_stream(
            engine, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, NGHTTP2_NO_ERROR.rawValue)
    }

    func reset(_ stream: GRPCStream, _ code: nghttp2_error_code) {
        guard let engine = unsafe engine else { return }
        stream.isMalformed = true
        setPartial(stream, since: nil)
        setUnsent(stream, since: nil)
        unsafe nghttp2_submit_rst_stream(
            engine, UInt8(NGHTTP2_FLAG_NONE.rawValue), Int32(bitPattern: stream.id), code.rawValue)
    }
}
