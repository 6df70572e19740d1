import HearthCore
import HearthMetrics
import HearthServing
import HearthWire

/// The fast lane: protobuf messages in ttrpc frames (containerd's ttrpc, PROTOCOL.md), one connection.
///
/// A call that is answered from memory is answered here and now. The others are parked under their stream id until
/// another thread has loaded the model, scored the batch or asked the registry.
final class FastLane: Lane {
    /// A call that waits for another thread.
    struct Parked {
        var route: Route
        /// A copy of the request's payload where it is needed again.
        var payload: [UInt8]
        var deadline: MonotonicTime?
        /// What it counts against the connection's limit.
        var byteCount: Int
    }

    /// The most bytes of an error's message.
    private static let messageByteCountMax = 4096
    private static let watchCountMax = 16

    let context: WorkerContext
    private let peer: Peer
    private let token: UInt64
    private let isOverLimit: Bool
    private var decoder = FrameDecoder()
    var parked: [UInt32: Parked] = [:]
    private var parkedByteCount = 0
    /// Streams that watch, with the registered model they watch or nil for all.
    private var watching: [UInt32: String] = [:]

    init(connection: Connection, context: WorkerContext) {
        self.context = context
        peer = connection.peer
        token = connection.token
        isOverLimit = connection.isOverLimit
    }

    var isIdle: Bool { parked.isEmpty }
    var isWatching: Bool { !watching.isEmpty }
    private(set) var nextDeadline: MonotonicTime?

    // MARK: - Frames

    func receive(_ bytes: ByteView, receivedAt: MonotonicTime, _ output: inout OutputBuffer) -> LaneStep {
        var consumed = 0
        while consumed < bytes.count {
            let (step, used) = decoder.next(in: bytes.dropping(consumed))
            consumed += used
            switch step {
            case .frame(let header, let data):
                take(header, data, receivedAt, &output)
            case .oversized(let header):
                let limit = WireLimits.frameDataByteCountMax
                let message =
                    "a frame of \(header.dataLength) bytes was sent, \(limit) are the most (ttrpc); "
                    + "send fewer rows in one call"
                refuse(header.streamID, CallFailure(.resourceExhausted, message), &output)
            case .needMore(let byteCountMissing):
                return LaneStep(consumed: consumed, byteCountMissing: byteCountMissing)
            case .notFrames:
                return LaneStep(consumed: bytes.count, isClosing: true)
            }
        }
        return LaneStep(consumed: consumed)
    }

    @inline(__always)
    private func take(
        _ header: FrameHeader, _ data: ByteView, _ receivedAt: MonotonicTime, _ output: inout OutputBuffer
    ) {
        guard header.streamID & 1 == 1 else {
            let message = "stream id \(header.streamID) is even; a client's streams have odd ids (ttrpc PROTOCOL.md)"
            refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
            return
        }
        guard header.type == FrameHeader.MessageType.request else {
            takeOther(header, &output)
            return
        }
        guard !isOverLimit else {
            let message =
                "the server has its \(context.limits.connectionCountMax) connections; close some, or raise "
                + "--max-connections"
            refuse(header.streamID, CallFailure(.resourceExhausted, message), &output)
            return
        }
        guard let request = Envelope.request(data) else {
            refuse(header.streamID, CallFailure(.invalidArgument, "the frame holds no ttrpc Request message"), &output)
            return
        }
        guard let route = Route(service: request.service, method: request.method) else {
            let name = "\(printable(request.service))/\(printable(request.method))"
            refuse(header.streamID, CallFailure(.unimplemented, "there is no call '\(name)' here"), &output)
            return
        }
        guard parked.isEmpty || parked[header.streamID] == nil, watching.isEmpty || watching[header.streamID] == nil
        else {
            let message = "stream id \(header.streamID) is in use by a call that is not answered yet"
            refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
            return
        }
        var deadline: MonotonicTime?
        if request.timeoutNanoseconds != 0 {
            let limit = receivedAt.advanced(byNanoseconds: request.timeoutNanoseconds)
            guard request.timeoutNanoseconds > 0, MonotonicTime.now() < limit else {
                let message = "the deadline had passed when the call was read"
                refuse(header.streamID, CallFailure(.deadlineExceeded, message), &output)
                return
            }
            deadline = limit
        }
        let call = Call(stream: header.streamID, route: route, deadline: deadline)
        switch route {
        case .predict, .detect: infer(call, request.payload, nil, &output)
        case .watch: watch(call, request.payload, &output)
        case .reload, .list, .get, .promote, .rollback, .stats: askControl(call, request.payload, &output)
        default: refuse(header.streamID, CallFailure(.unimplemented, "not yet"), &output)
        }
    }

    private func takeOther(_ header: FrameHeader, _ output: inout OutputBuffer) {
        guard header.type == FrameHeader.MessageType.data else {
            let message = "frame type \(header.type) is not one that a client sends (1 request, 3 data)"
            refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
            return
        }
        // No call here takes a stream of data; closing the sending side of one that watches is in order.
        guard watching[header.streamID] == nil else { return }
        let message = "stream \(header.streamID) takes no data frames"
        refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
    }

    /// One call and what is known of it before its message is read.
    struct Call {
        var stream: UInt32
        var route: Route
        var deadline: MonotonicTime?
    }

    /// Answers a call with an error.
    func refuse(_ stream: UInt32, _ failure: CallFailure, _ output: inout OutputBuffer) {
        context.counters.failures.add()
        if failure.code == .deadlineExceeded { context.counters.deadlinesExceeded.add() }
        var message = failure.message
        message.withUTF8 { bytes in
            let view = unsafe ByteView(UnsafeRawBufferPointer(bytes))
            Envelope.appendError(
                to: &output, streamID: stream, code: failure.code, message: Self.cut(view, to: Self.messageByteCountMax)
            )
        }
    }

    /// The start of UTF-8 text, not cut within a character: clients refuse text that is none.
    private static func cut(_ text: ByteView, to byteCountMax: Int) -> ByteView {
        guard text.count > byteCountMax else { return text }
        var count = byteCountMax
        while count > 0, (text.byte(at: count) ?? 0) & 0xC0 == 0x80 { count -= 1 }
        return text.slice(from: 0, count: count) ?? .empty
    }

    private func printable(_ bytes: ByteView) -> String {
        (bytes.slice(from: 0, count: min(bytes.count, 80)) ?? bytes).text
    }

    // MARK: - Calls that wait for another thread

    /// Keeps a call until its result comes. Returns false, and has answered, when the connection has too much waiting.
    func park(
        _ call: Call, payload: [UInt8], byteCount: Int, _ output: inout OutputBuffer
    ) -> Bool {
        let limits = context.limits
        guard parked.count < limits.inFlightCallCountMax, parkedByteCount + byteCount <= limits.inFlightByteCountMax
        else {
            let message =
                "\(parked.count) calls with \(ByteCount(parkedByteCount)) of this connection wait already; "
                + "the most are \(limits.inFlightCallCountMax) calls and \(ByteCount(limits.inFlightByteCountMax))"
            refuse(call.stream, CallFailure(.resourceExhausted, message), &output)
            return false
        }
        parked[call.stream] = Parked(
            route: call.route, payload: payload, deadline: call.deadline, byteCount: byteCount)
        parkedByteCount += byteCount
        if let deadline = call.deadline { nextDeadline = min(nextDeadline ?? deadline, deadline) }
        return true
    }

    /// Takes a parked call out; nil when it was answered meanwhile (its deadline passed).
    private func unpark(_ stream: UInt32) -> Parked? {
        guard let call = parked.removeValue(forKey: stream) else { return nil }
        parkedByteCount -= call.byteCount
        // While others wait the deadline may stand too early: finding the next one each time would cost a look at all
        // of them.
        if parked.isEmpty { nextDeadline = nil }
        return call
    }

    /// Sends a completion from any thread to this connection.
    func completer() -> @Sendable (Completion) -> Void {
        let mailbox = context.mailbox
        let token = self.token
        return { mailbox.post(.complete(connection: token, $0)) }
    }

    func complete(_ completion: Completion, _ output: inout OutputBuffer) {
        switch completion {
        case .loaded(let stream, let result):
            guard let waiting = unpark(stream) else { return }
            let call = Call(stream: stream, route: waiting.route, deadline: waiting.deadline)
            switch result {
            case .success(let entry):
                unsafe waiting.payload.withUnsafeBytes { unsafe infer(call, ByteView($0), entry, &output) }
            case .failure(let failure): refuse(stream, failure, &output)
            }
        case .scored(let stream, let job):
            guard let waiting = unpark(stream) else { return }
            if let failure = job.problem {
                refuse(stream, failure, &output)
            } else {
                unsafe waiting.payload.withUnsafeBytes {
                    unsafe finishBatch(Call(stream: stream, route: waiting.route), job, ByteView($0), &output)
                }
            }
        case .answered(let stream, let result):
            guard unpark(stream) != nil else { return }
            switch result {
            case .success(let payload):
                unsafe payload.withUnsafeBytes { bytes in
                    let view = unsafe ByteView(bytes)
                    unsafe Envelope.appendResponse(to: &output, streamID: stream, payloadByteCount: view.count) {
                        unsafe $0.copyMemory(from: view.start, byteCount: view.count)
                    }
                }
            case .failure(let failure): refuse(stream, failure, &output)
            }
        }
    }

    func expire(at now: MonotonicTime, _ output: inout OutputBuffer) {
        for (stream, call) in parked {
            guard let deadline = call.deadline, now >= deadline else { continue }
            _ = unpark(stream)
            refuse(stream, CallFailure(.deadlineExceeded, "the deadline passed while the call waited"), &output)
        }
        nextDeadline = parked.values.lazy.compactMap(\.deadline).min()
    }

    // MARK: - The control plane

    private func askControl(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        guard isAllowed(call, &output) else { return }
        guard park(call, payload: [], byteCount: payload.count, &output) else { return }
        let complete = completer()
        let stream = call.stream
        let bytes = unsafe Array(payload.buffer)
        let isTaken = context.control.submit(call.route, payload: bytes, peer: peer) {
            complete(.answered(call: stream, $0))
        }
        if !isTaken {
            _ = unpark(stream)
            let message = "too many control calls wait, or the server is stopping; try again later"
            refuse(stream, CallFailure(.unavailable, message), &output)
        }
    }

    private func isAllowed(_ call: Call, _ output: inout OutputBuffer) -> Bool {
        guard call.route.access == .admin, !context.access.isAdmin(peer) else { return true }
        context.counters.permissionsDenied.add()
        let message =
            "\(call.route.method) is for admins: uid \(peer.uid) is none; start hearthd with --admin-uid \(peer.uid), "
            + "or call as an admin"
        refuse(call.stream, CallFailure(.permissionDenied, message), &output)
        return false
    }

    // MARK: - Watch

    private func watch(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        defer { context.arena.reset() }
        guard let request = WatchRequest.unpack(payload, in: context.arena) else {
            refuse(call.stream, CallFailure(.invalidArgument, "the payload is no hearth.v1.WatchRequest"), &output)
            return
        }
        guard watching.count < Self.watchCountMax else {
            let message = "\(Self.watchCountMax) watches are the most for one connection"
            refuse(call.stream, CallFailure(.resourceExhausted, message), &output)
            return
        }
        watching[call.stream] = request.modelName
        // What is served now comes first, so that a watcher misses nothing between asking and watching.
        for (servable, generation, _) in context.manager.cache.contents {
            guard let generation else { continue }
            tell(
                ModelEvent(kind: .available, name: servable.name, modelID: servable.modelID, generation: generation),
                only: call.stream, &output)
        }
    }

    func tell(_ event: ModelEvent, _ output: inout OutputBuffer) {
        tell(event, only: nil, &output)
    }

    private func tell(_ event: ModelEvent, only: UInt32?, _ output: inout OutputBuffer) {
        var message = WatchEvent()
        message.modelName = event.name.text
        message.modelVersion = event.modelID.text
        message.previousModelVersion = event.previousModelID?.text ?? ""
        message.generation = event.generation
        message.kind = event.kind.rawValue
        message.error = event.error
        message.atMicroseconds = event.at.microseconds
        let arena = Arena(capacity: 4096)
        for (stream, name) in watching where only ?? stream == stream && (name.isEmpty || name == event.name.text) {
            message.pack(in: arena) { bytes in
                unsafe Envelope.appendData(to: &output, streamID: stream, flags: 0, payloadByteCount: bytes.count) {
                    unsafe $0.copyMemory(from: bytes.start, byteCount: bytes.count)
                }
            }
        }
    }

    func drain(_ output: inout OutputBuffer) {
        for stream in watching.keys {
            refuse(stream, CallFailure(.unavailable, "the server is stopping"), &output)
        }
        watching = [:]
    }
}
