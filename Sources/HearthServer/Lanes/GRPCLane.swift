import HearthCore
import HearthMetrics
import HearthServing
import HearthWire

/// The gRPC lane: protobuf messages as gRPC over HTTP/2, one connection.
final class GRPCLane: Lane {
    private let session: GRPCSession
    private let calls: CallHandler<GRPCFraming>
    /// Stands where the fast lane has its output: replies of this lane are queued in the session.
    private var unused = OutputBuffer(capacity: 0)
    private let stallNanoseconds: Int64
    /// When the client's debts are to be looked at; nil while it has none.
    private var stallCheckAt: MonotonicTime?
    /// Calls that the session has ended with an error, as far as they are counted.
    private var refusedCallCount: UInt64 = 0

    /// nil when there is no memory for a session.
    init?(connection: Connection, context: WorkerContext) {
        var limits = context.limits.grpc
        limits.stallNanoseconds = context.limits.partialFrameMilliseconds * 1_000_000
        stallNanoseconds = limits.stallNanoseconds
        guard let session = GRPCSession(pool: context.grpcPool, limits: limits, now: .now()) else { return nil }
        self.session = session
        calls = CallHandler(
            connection: connection, context: context, lane: .grpc, framing: GRPCFraming(session: session))
    }

    var isIdle: Bool { session.isIdle }
    var isWatching: Bool { calls.isWatching }
    var hasRefused: Bool { calls.hasRefused }
    var isFinished: Bool { session.isFinished }

    var nextDeadline: MonotonicTime? {
        guard let stallCheckAt else { return calls.nextDeadline }
        return min(stallCheckAt, calls.nextDeadline ?? stallCheckAt)
    }

    func receive(_ bytes: ByteView, receivedAt: MonotonicTime, _ output: inout OutputBuffer) -> LaneStep {
        let isOpen = session.receive(bytes, at: receivedAt, self)
        if !isOpen, session.isOtherProtocol {
            PlainHTTPLane.refuse(&output)
            return LaneStep(consumed: bytes.count, isClosing: true)
        }
        settle(receivedAt, &output)
        // Most of a large message is still to come: it is read in larger pieces.
        return LaneStep(
            consumed: bytes.count, byteCountMissing: session.isOwed ? WireLimits.frameDataByteCountMax : 0,
            isClosing: !isOpen)
    }

    /// Sends what may go, and notes whether the client owes something.
    private func settle(_ now: MonotonicTime, _ output: inout OutputBuffer) {
        session.proceed(self)
        session.send(to: &output, self)
        if session.refusedCallCount != refusedCallCount {
            calls.context.counters.failures.add(session.refusedCallCount &- refusedCallCount)
            refusedCallCount = session.refusedCallCount
        }
        if !session.isOwed {
            stallCheckAt = nil
        } else if stallCheckAt == nil {
            stallCheckAt = now.advanced(byNanoseconds: stallNanoseconds)
        }
    }

    func complete(_ completion: Completion, _ output: inout OutputBuffer) {
        let now = MonotonicTime.now()
        session.advance(to: now)
        calls.complete(completion, &unused)
        settle(now, &output)
    }

    func tell(_ event: ModelEvent, _ output: inout OutputBuffer) {
        let now = MonotonicTime.now()
        session.advance(to: now)
        calls.tell(event, &unused)
        settle(now, &output)
    }

    func expire(at now: MonotonicTime, _ output: inout OutputBuffer) {
        session.advance(to: now)
        calls.expire(at: now, &unused)
        if let stallCheckAt, now >= stallCheckAt {
            self.stallCheckAt = nil
            session.expire(at: now)
        }
        settle(now, &output)
        // A debt that is younger than the first is looked at soon after, not a whole time later.
        if stallCheckAt != nil { stallCheckAt = now.advanced(byNanoseconds: stallNanoseconds / 8) }
    }

    func drain(_ output: inout OutputBuffer) {
        session.announceEnd()
        calls.endWatching(&unused)
        settle(.now(), &output)
    }

    func refuseNewCalls(_ output: inout OutputBuffer) {
        session.refuseNewCalls()
        settle(.now(), &output)
    }
}

extension GRPCLane: GRPCSessionDelegate {
    func take(
        _ stream: UInt32, _ route: Route, _ message: ByteView, timeoutNanoseconds: Int64?, receivedAt: MonotonicTime
    ) {
        var call = Call(stream: stream, route: route)
        guard calls.admits(call, receivedAt: receivedAt, &unused) else { return }
        if let timeoutNanoseconds {
            call.deadline = calls.deadline(
                of: stream, nanoseconds: timeoutNanoseconds, receivedAt: receivedAt, &unused)
            guard call.deadline != nil else { return }
        }
        calls.take(call, message, &unused)
    }

    func cancelled(_ stream: UInt32) {
        calls.cancel(stream)
    }
}
