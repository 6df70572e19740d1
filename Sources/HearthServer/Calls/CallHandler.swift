import HearthCore
import HearthMetrics
import HearthServing
import HearthWire

/// Answers the calls of one connection, whatever its lane: looks who may call, finds the model, predicts, asks other
/// threads where that takes time, and turns every error into a status.
///
/// A call that is answered from memory is answered here and now. The others are parked under their stream id until
/// another thread has loaded the model, scored the batch or asked the registry.
final class CallHandler<Framing: ReplyFraming> {
    /// The most bytes of an error's message: it must fit a header of HTTP/2 too.
    static var messageByteCountMax: Int { 4096 }

    let context: WorkerContext
    let peer: Peer
    let framing: Framing
    private let token: UInt64
    private let lane: LaneKind
    /// The calls that its peer may make.
    private let permitted: RouteSet
    private let account: AccountShare
    /// Why its first call is refused; nil for a connection that is served.
    private let refusal: CallFailure?
    var parked: [UInt32: ParkedCall] = [:]
    private var parkedByteCount = 0
    /// Streams that watch, with what they watch.
    var watching: [UInt32: Watched] = [:]
    /// When the first of the parked calls expires; it may stand too early. nil for never.
    private(set) var nextDeadline: MonotonicTime?
    /// Whether a call was refused or has failed.
    private(set) var hasRefused = false

    init(connection: Connection, context: WorkerContext, lane: LaneKind, framing: Framing) {
        self.context = context
        self.framing = framing
        peer = connection.peer
        token = connection.token
        self.lane = lane
        permitted = context.access.permitted(for: peer, lane: lane)
        account = connection.account
        refusal = connection.refusal
    }

    deinit {
        context.held.byteCount -= parkedByteCount
    }

    /// Whether no call waits for other threads.
    var isIdle: Bool { parked.isEmpty }
    var isWatching: Bool { !watching.isEmpty }

    /// Whether a stream id belongs to a call that is not answered yet.
    @inline(__always)
    func isOpen(_ stream: UInt32) -> Bool {
        (!parked.isEmpty && parked[stream] != nil) || (!watching.isEmpty && watching[stream] != nil)
    }

    // MARK: - Taking a call

    /// Answers a call, or parks it.
    @inline(__always)
    func take(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        switch call.route {
        case .predict, .detect, .modelInfer, .modelStreamInfer: infer(call, payload, nil, &output)
        case .watch: watch(call, payload, &output)
        case .healthWatch: watchHealth(call, payload, &output)
        case .reflection, .reflectionAlpha: reflect(call, payload, &output)
        case .healthCheck, .serverLive, .serverReady, .modelReady: answerReadiness(call, payload, &output)
        default: askControl(call, payload, &output)
        }
    }

    /// Whether the connection and its user may make the call at all; else it has been refused.
    @inline(__always)
    func admits(_ call: Call, receivedAt: MonotonicTime, _ output: inout OutputBuffer) -> Bool {
        if let refusal {
            refuse(call.stream, refusal, &output)
            return false
        }
        if let refusal = account.admit(at: receivedAt) {
            context.counters.rateLimited.add()
            refuse(call.stream, refusal, &output)
            return false
        }
        guard permitted.contains(call.route) else {
            deny(call, &output)
            return false
        }
        return true
    }

    private func deny(_ call: Call, _ output: inout OutputBuffer) {
        context.counters.denied(call.route.access)
        context.callLog.note(.denied(peer, lane, call.route))
        refuse(call.stream, context.access.refusal(of: call.route, for: peer, lane: lane), &output)
    }

    /// The moment at which a call expires that was received at `receivedAt` and may take `nanoseconds`; nil, and the
    /// call has been refused, when that has passed.
    @inline(__always)
    func deadline(
        of stream: UInt32, nanoseconds: Int64, receivedAt: MonotonicTime, _ output: inout OutputBuffer
    ) -> MonotonicTime? {
        let deadline = receivedAt.advanced(byNanoseconds: nanoseconds)
        guard nanoseconds > 0, MonotonicTime.now() < deadline else {
            let message = "the deadline had passed when the call was read"
            refuse(stream, CallFailure(.deadlineExceeded, message), &output)
            return nil
        }
        return deadline
    }

    /// Ends a call with an error.
    func refuse(_ stream: UInt32, _ failure: CallFailure, _ output: inout OutputBuffer) {
        context.counters.failures.add()
        hasRefused = true
        if failure.code == .deadlineExceeded { context.counters.deadlinesExceeded.add() }
        var message = failure.message
        message.withUTF8 { bytes in
            let view = unsafe ByteView(UnsafeRawBufferPointer(bytes))
            framing.fail(stream, failure.code, view.cut(toCharactersWithin: Self.messageByteCountMax), &output)
        }
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
        guard context.held.hasRoom(for: byteCount) else {
            refuse(call.stream, CallFailure(.resourceExhausted, context.held.fullMessage), &output)
            return false
        }
        if let refusal = account.park() {
            context.counters.inFlightLimited.add()
            refuse(call.stream, refusal, &output)
            return false
        }
        parked[call.stream] = ParkedCall(
            route: call.route, payload: payload, deadline: call.deadline, byteCount: byteCount,
            fallback: call.fallback)
        parkedByteCount += byteCount
        context.held.byteCount += byteCount
        if let deadline = call.deadline { nextDeadline = min(nextDeadline ?? deadline, deadline) }
        return true
    }

    /// Takes a parked call out; nil when it was answered meanwhile (its deadline passed), or given up by its client.
    private func unpark(_ stream: UInt32) -> ParkedCall? {
        guard let call = parked.removeValue(forKey: stream) else { return nil }
        parkedByteCount -= call.byteCount
        context.held.byteCount -= call.byteCount
        account.unpark()
        // While others wait the deadline may stand too early: finding the next one each time would cost a look at all
        // of them.
        if parked.isEmpty { nextDeadline = nil }
        return call
    }

    /// Forgets a call that its client has given up: its result is dropped when it comes.
    func cancel(_ stream: UInt32) {
        if !parked.isEmpty { _ = unpark(stream) }
        if !watching.isEmpty { watching[stream] = nil }
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
            let call = waiting.call(stream)
            switch result {
            case .success(let entry):
                unsafe waiting.payload.withUnsafeBytes { unsafe infer(call, ByteView($0), entry, &output) }
            case .failure(let failure) where call.route == .detect:
                unsafe waiting.payload.withUnsafeBytes { unsafe fallBack(call, ByteView($0), failure, &output) }
            case .failure(let failure): fail(call, failure, &output)
            }
        case .scored(let stream, let job):
            guard let waiting = unpark(stream) else { return }
            let call = waiting.call(stream)
            if let failure = job.problem {
                fail(call, failure, &output)
            } else {
                unsafe waiting.payload.withUnsafeBytes { unsafe finishBatch(call, job, ByteView($0), &output) }
            }
        case .answered(let stream, let result):
            guard unpark(stream) != nil else { return }
            switch result {
            case .success(let payload): answer(stream, payload, &output)
            case .failure(let failure): refuse(stream, failure, &output)
            }
        }
    }

    /// Replies with a message that is packed already.
    func answer(_ stream: UInt32, _ payload: [UInt8], _ output: inout OutputBuffer) {
        unsafe payload.withUnsafeBytes { bytes in
            let view = unsafe ByteView(bytes)
            unsafe framing.reply(stream, byteCount: view.count, &output) {
                unsafe $0.copyMemory(from: view.start, byteCount: view.count)
            }
        }
    }

    /// Answers the calls whose deadline has passed.
    func expire(at now: MonotonicTime, _ output: inout OutputBuffer) {
        for (stream, call) in parked {
            guard let deadline = call.deadline, now >= deadline else { continue }
            _ = unpark(stream)
            refuse(stream, CallFailure(.deadlineExceeded, "the deadline passed while the call waited"), &output)
        }
        nextDeadline = parked.values.lazy.compactMap(\.deadline).min()
    }

    // MARK: - The control plane

    /// Answers from memory whether something is ready: who asks that must not wait behind a slow registry.
    private func answerReadiness(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        defer { context.arena.reset() }
        switch context.control.readiness.answer(call.route, payload, in: context.arena) {
        case .success(let reply): answer(call.stream, reply, &output)
        case .failure(let failure): refuse(call.stream, failure, &output)
        case nil: askControl(call, payload, &output)
        }
    }

    /// Answers one question about the services, from descriptions in memory.
    private func reflect(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        do throws(CallFailure) {
            answer(call.stream, try context.control.reflection.reply(to: payload), &output)
        } catch {
            refuse(call.stream, error, &output)
        }
    }

    private func askControl(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
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
}

extension ByteView {
    /// The start of UTF-8 text, not cut within a character: clients refuse text that is none.
    func cut(toCharactersWithin byteCountMax: Int) -> ByteView {
        guard count > byteCountMax else { return self }
        var end = byteCountMax
        while end > 0, (byte(at: end) ?? 0) & 0xC0 == 0x80 { end -= 1 }
        return slice(from: 0, count: end) ?? .empty
    }

    /// As text for a message, cut to a length that can be read.
    var printable: String { cut(toCharactersWithin: 80).text }
}
