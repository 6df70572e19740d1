import CHearthLinux
import Glibc
import HearthCore
import HearthWire

/// One Unix socket to the server with its buffers. It dials when it is first used, again after it broke, and again
/// before its stream ids run out. Once warm a call allocates nothing and costs one send and one receive.
///
/// A value with one owner, so that a call costs one check of exclusive access where the parts of an object would cost
/// one each.
struct Link: ~Copyable {
    /// Buffers above this go back to the system before the next call.
    private static let keptByteCount = 1 << 20

    let path: String
    /// -1 while there is no connection.
    private(set) var descriptor: Int32 = -1
    private var nextStreamID: UInt32
    private let firstStreamID: UInt32
    private var receiver: Receiver
    private var decoder = FrameDecoder()
    private var output = OutputBuffer(capacity: 16 << 10)
    private var input = OutputBuffer(capacity: 128 << 10)
    /// Bytes at the front of `input` that the last reply still views.
    private var viewedByteCount = 0
    /// Bytes of the last request and reply on the wire, for the benchmark's floor.
    private(set) var lastRequestByteCount = 0
    private(set) var lastReplyByteCount = 0

    init(path: String, waiting: WaitPolicy, firstStreamID: UInt32 = 1) {
        self.path = path
        self.firstStreamID = firstStreamID
        nextStreamID = firstStreamID
        receiver = Receiver(waiting)
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Dials when there is no connection.
    mutating func open(_ deadline: Deadline) throws(HearthError) {
        if descriptor < 0 { try dial(deadline) }
    }

    /// Sends one request and waits for its answer: the payload, in the connection's buffer until the next call.
    ///
    /// Answers to earlier calls that gave up are skipped. Throws ``HearthError``; the connection is closed when it
    /// broke.
    @inline(__always)
    mutating func exchange(
        _ route: Route, deadline: Deadline, payloadByteCount: Int, payload: (UnsafeMutableRawPointer) -> Void
    ) throws(HearthError) -> ByteView {
        let streamID = unsafe try enqueue(
            route, deadline: deadline, payloadByteCount: payloadByteCount, payload: payload)
        try flush(deadline)
        while true {
            let reply = try nextReply(deadline)
            guard reply.streamID == streamID else { continue }
            guard reply.type == FrameHeader.MessageType.response else {
                close()
                throw .unreadable("answer to \(route.method), a stream where one message was expected,")
            }
            return try Connection.payload(of: reply)
        }
    }

    /// Appends a request to what the next ``flush(_:)`` sends, and returns its stream id. Dials first when there is no
    /// connection. A stream (many answers) has no timeout on the server.
    mutating func enqueue(
        _ route: Route, deadline: Deadline, isStream: Bool = false, payloadByteCount: Int,
        payload: (UnsafeMutableRawPointer) -> Void
    ) throws(HearthError) -> UInt32 {
        guard payloadByteCount <= WireLimits.frameDataByteCountMax - 2 * WireLimits.routeByteCountMax else {
            throw HearthError(
                .resourceExhausted,
                "a request of \(payloadByteCount) bytes, \(WireLimits.frameDataByteCountMax) at most",
                hint: "send the rows in several calls")
        }
        let remaining = deadline.remainingAtAttempt
        guard remaining > 0 else { throw .deadlineExceeded(deadline.timeout) }
        if nextStreamID > Connection.streamIDMax { close() }
        try open(deadline)
        let streamID = nextStreamID
        nextStreamID += 2
        let before = output.count
        unsafe Envelope.appendRequest(
            to: &output, streamID: streamID, flags: isStream ? FrameHeader.Flags.remoteClosed : 0,
            service: ByteView(route.service), method: ByteView(route.method),
            timeoutNanoseconds: isStream ? 0 : Int64(remaining), payloadByteCount: payloadByteCount,
            payload: payload)
        lastRequestByteCount = output.count - before
        return streamID
    }

    /// Sends what was enqueued.
    mutating func flush(_ deadline: Deadline) throws(HearthError) {
        var sentAny = false
        while !output.isEmpty {
            let bytes = output.bytes
            let sent = unsafe hearth_send(descriptor, bytes.start, bytes.count)
            if sent > 0 {
                sentAny = true
                output.drop(sent)
                continue
            }
            let code = hearth_errno()
            if code == EINTR { continue }
            if code == EAGAIN, deadline.remaining > 0 {
                receiver.setTimeout(descriptor, deadline.remaining)
                continue
            }
            // Half a frame may have gone out: where the next one would start is lost, so the connection is.
            close()
            if code == EAGAIN { throw .deadlineExceeded(deadline.timeout) }
            throw .connection("lost the connection to", path: path, code: code, mayHaveBeenSent: sentAny)
        }
        output.shrink(to: Self.keptByteCount)
    }

    /// The next frame from the server; waits for it until `deadline`.
    @inline(__always)
    mutating func nextReply(_ deadline: Deadline) throws(HearthError) -> Connection.Reply {
        input.drop(viewedByteCount)
        viewedByteCount = 0
        input.shrink(to: Self.keptByteCount)
        while true {
            let (step, consumed) = decoder.next(in: input.bytes)
            switch step {
            case .frame(let header, let data):
                viewedByteCount = consumed
                lastReplyByteCount = consumed
                return Connection.Reply(streamID: header.streamID, type: header.type, flags: header.flags, data: data)
            case .oversized(let header):
                input.drop(consumed)
                throw HearthError(
                    .resourceExhausted,
                    "an answer of \(header.dataLength) bytes, \(WireLimits.frameDataByteCountMax) at most",
                    hint: "ask for fewer rows or outputs in one call")
            case .needMore(let byteCountMissing):
                input.drop(consumed)
                try receive(atLeast: byteCountMissing, deadline)
            case .notFrames:
                close()
                throw .unreadable("answer")
            }
        }
    }

    /// Ends the connection; the next call dials again.
    mutating func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
        nextStreamID = firstStreamID
        decoder = FrameDecoder()
        output.removeAll()
        input.removeAll()
        viewedByteCount = 0
        receiver.reset()
    }

    private mutating func dial(_ deadline: Deadline) throws(HearthError) {
        descriptor = try UnixSocket.dial(path, deadline: deadline).release()
        nextStreamID = min(firstStreamID, Connection.streamIDMax)
    }

    @inline(__always)
    private mutating func receive(atLeast byteCountMissing: Int, _ deadline: Deadline) throws(HearthError) {
        let room = max(byteCountMissing, 64 << 10)
        var outcome = Receiver.Outcome.closed
        unsafe input.append(atMost: room) { target in
            outcome = unsafe receiver.receive(descriptor, into: target, count: room, deadline: deadline)
            if case .bytes(let count) = outcome { return count }
            return 0
        }
        switch outcome {
        case .bytes: return
        case .timedOut: throw .deadlineExceeded(deadline.timeout)
        case .closed:
            close()
            throw .connection("the server closed the connection to", path: path, code: 0, mayHaveBeenSent: true)
        case .failed(let code):
            close()
            throw .connection("lost the connection to", path: path, code: code, mayHaveBeenSent: true)
        }
    }
}
