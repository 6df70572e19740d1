import CNGHTTP2
import HearthCore
import HearthWire

/// What the engine tells of the bytes that came.
extension GRPCSession {
    func stream(_ id: Int32) -> GRPCStream? {
        guard let engine = unsafe engine, let pointer = unsafe nghttp2_session_get_stream_user_data(engine, id) else {
            return nil
        }
        return unsafe Unmanaged<GRPCStream>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: - Heads

    func beganHead(_ id: Int32, isRequest: Bool) {
        guard isRequest, let engine = unsafe engine else { return }
        let stream = pool.takeStream()
        stream.open(UInt32(bitPattern: id), at: now)
        setPartial(stream, since: now)
        stream.position = streams.count
        streams.append(stream)
        unsafe nghttp2_session_set_stream_user_data(engine, id, Unmanaged.passUnretained(stream).toOpaque())
    }

    func field(_ id: Int32, _ name: ByteView, _ value: ByteView, isTrailer: Bool) {
        stream(id)?.head.take(name: name, value: value, isTrailer: isTrailer)
    }

    func endedHead(_ id: Int32, isRequest: Bool, isLast: Bool) {
        guard let stream = stream(id), !stream.isMalformed else { return }
        if isRequest { stream.head.end() }
        // Fields behind the data end the stream, or are none that HTTP/2 knows.
        guard stream.head.malformation == nil, isRequest || isLast else {
            reset(stream, NGHTTP2_PROTOCOL_ERROR)
            return
        }
        if isRequest { begin(stream) }
    }

    /// Decides from the head whether the call is one that is answered here.
    private func begin(_ stream: GRPCStream) {
        let head = stream.head
        guard head.byteCount <= limits.headerByteCountMax else {
            let message =
                "the request's headers have \(head.byteCount) bytes, \(limits.headerByteCountMax) are the most; send "
                + "less metadata"
            return fail(stream, .resourceExhausted, message)
        }
        guard head.isPost else { return refuseHTTP(stream, "405") }
        guard head.isGRPC else { return refuseHTTP(stream, "415") }
        guard head.route != nil else {
            return fail(stream, .unimplemented, "there is no call '\(head.unknownPath)' here")
        }
        guard head.encoding != .unknown else {
            return fail(stream, .unimplemented, "grpc-encoding is neither identity nor gzip", namesEncodings: true)
        }
        guard head.isTimeoutValid else {
            return fail(stream, .invalidArgument, "grpc-timeout is not up to 8 digits and one of H, M, S, m, u, n")
        }
        stream.isTaken = true
        // Between the messages of a stream its client may be silent as long as it likes.
        if head.route?.kind == .bidirectional { setPartial(stream, since: nil) }
    }

    // MARK: - Data

    func data(_ id: Int32, _ bytes: ByteView) {
        guard let stream = stream(id) else { return }
        stream.bodyByteCount = stream.bodyByteCount &+ bytes.count
        guard stream.isTaken, case .none = stream.answer, !stream.isMalformed else {
            takeLate(stream, bytes)
            return
        }
        append(bytes, to: stream)
    }

    /// Data of a call whose answer has begun: the next messages of a stream of them, or nothing that is wanted.
    private func takeLate(_ stream: GRPCStream, _ bytes: ByteView) {
        guard stream.isTaken, case .begun = stream.answer, stream.head.route?.kind == .bidirectional else { return }
        append(bytes, to: stream)
    }

    private func append(_ bytes: ByteView, to stream: GRPCStream) {
        guard heldByteCount + bytes.count <= limits.heldByteCountMax else {
            let message =
                "this connection's requests and untaken replies have \(ByteCount(heldByteCount)); "
                + "\(ByteCount(limits.heldByteCountMax)) are the most at once; send fewer at the same time"
            return fail(stream, .resourceExhausted, message)
        }
        guard pool.held.hasRoom(for: bytes.count) else {
            return fail(stream, .resourceExhausted, pool.held.fullMessage)
        }
        heldByteCount += bytes.count
        stream.body.append(bytes)
        if stream.partialSince == nil { setPartial(stream, since: now) }
        if stream.head.route?.kind == .bidirectional {
            handOut(stream)
        } else {
            // A message that says it is too long is refused before it has come.
            if let (_, byteCount) = prefix(of: stream) {
                pool.makeRoom(for: Self.prefixByteCount + byteCount, in: stream)
            }
        }
    }

    func endedRequest(_ id: Int32) {
        guard let stream = stream(id) else { return }
        stream.isHalfClosed = true
        setPartial(stream, since: nil)
        guard stream.head.agrees(withBodyOf: stream.bodyByteCount) else {
            reset(stream, NGHTTP2_PROTOCOL_ERROR)
            return
        }
        guard stream.isTaken, !stream.isMalformed else { return }
        if stream.head.route?.kind == .bidirectional { handOut(stream) } else { handOutOnly(stream) }
    }

    // MARK: - Messages

    /// The prefix of the message at the front of the body; nil when it has not come, or was refused.
    private func prefix(of stream: GRPCStream) -> (isCompressed: Bool, byteCount: Int)? {
        let bytes = stream.body.bytes
        guard let flag = bytes.byte(at: 0), let length = bytes.slice(from: 1, count: 4) else { return nil }
        let byteCount = unsafe Int(UInt32(bigEndian: length.start.loadUnaligned(as: UInt32.self)))
        guard flag <= 1 else {
            fail(stream, .internalError, "a message's compressed flag is \(flag); 0 or 1 was expected")
            return nil
        }
        guard byteCount <= limits.messageByteCountMax else {
            let message =
                "a message of \(byteCount) bytes was sent, \(limits.messageByteCountMax) are the most; send fewer rows "
                + "in one call"
            fail(stream, .resourceExhausted, message)
            return nil
        }
        return (flag == 1, byteCount)
    }

    /// Hands out the one message of a call that takes one.
    private func handOutOnly(_ stream: GRPCStream) {
        guard case .none = stream.answer else { return }
        guard stream.body.count >= Self.prefixByteCount else {
            return fail(stream, .invalidArgument, "the request holds no message; one was expected")
        }
        guard let (isCompressed, byteCount) = prefix(of: stream) else { return }
        guard stream.body.count == Self.prefixByteCount + byteCount else {
            let message =
                "the request has \(stream.body.count - Self.prefixByteCount) bytes behind the prefix of a message of "
                + "\(byteCount); exactly one message was expected"
            return fail(stream, .invalidArgument, message)
        }
        handOut(stream, stream.body.bytes.dropping(Self.prefixByteCount), isCompressed: isCompressed)
        heldByteCount -= stream.body.count
        stream.body.removeAll()
    }

    /// Hands out the whole messages that have come, one after the other: the next when the one before is answered.
    private func handOut(_ stream: GRPCStream) {
        while !stream.isBusy, let (isCompressed, byteCount) = prefix(of: stream),
            let message = stream.body.bytes.slice(from: Self.prefixByteCount, count: byteCount)
        {
            setPartial(stream, since: nil)
            handOut(stream, message, isCompressed: isCompressed)
            if case .ending = stream.answer { return }
            if case .ended = stream.answer { return }
            heldByteCount -= Self.prefixByteCount + byteCount
            stream.body.drop(Self.prefixByteCount + byteCount)
        }
        if stream.isBusy {
            // What waits for an answer of ours is no debt of the client's.
            setPartial(stream, since: nil)
        } else if !stream.body.isEmpty, !stream.isHalfClosed, stream.partialSince == nil {
            setPartial(stream, since: now)
        }
        guard stream.isHalfClosed, !stream.isBusy else { return }
        if stream.body.isEmpty {
            finish(stream)
        } else {
            fail(stream, .invalidArgument, "the last message of the stream is not whole")
        }
    }

    private func handOut(_ stream: GRPCStream, _ message: ByteView, isCompressed: Bool) {
        guard let delegate, let route = stream.head.route else { return }
        stream.isBusy = true
        idleFrames.earn()
        var message = message
        if isCompressed {
            guard stream.head.encoding == .gzip else {
                return fail(stream, .internalError, "a message is compressed, but grpc-encoding names no compression")
            }
            pool.inflated.removeAll()
            guard Gzip.inflate(message, atMost: limits.messageByteCountMax, to: &pool.inflated) else {
                let limit = limits.messageByteCountMax
                return fail(stream, .invalidArgument, "a message is no gzip, or holds more than \(limit) bytes")
            }
            message = pool.inflated.bytes
        }
        delegate.take(
            stream.id, route, message, timeoutNanoseconds: stream.head.timeoutNanoseconds,
            receivedAt: stream.receivedAt)
        if isCompressed {
            pool.inflated.removeAll()
            pool.inflated.shrink(to: 64 << 10)
        }
    }

    func proceed() {
        while let id = ready.popLast() {
            if let stream = stream(Int32(bitPattern: id)), stream.id == id { handOut(stream) }
        }
    }

    // MARK: - The end of a stream

    /// Whether the delegate knows that the call is over. A call with many replies may have been ended here.
    private func isEndedByDelegate(_ stream: GRPCStream) -> Bool {
        guard case .ended = stream.answer else { return false }
        return stream.head.route?.kind == .unary
    }

    func closed(_ id: Int32) {
        guard let stream = stream(id) else { return }
        if stream.isTaken, !isEndedByDelegate(stream) { delegate?.cancelled(stream.id) }
        heldByteCount -= stream.body.count + stream.reply.count
        setPartial(stream, since: nil)
        setUnsent(stream, since: nil)
        let position = stream.position
        let last = streams.removeLast()
        if last !== stream {
            streams[position] = last
            last.position = position
        }
        pool.giveBack(stream)
    }
}
