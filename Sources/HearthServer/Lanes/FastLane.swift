import HearthCore
import HearthServing
import HearthWire

/// The fast lane: protobuf messages in ttrpc frames (containerd's ttrpc, PROTOCOL.md), one connection.
final class FastLane: Lane {
    private let calls: CallHandler<FastFraming>
    private var decoder = FrameDecoder()

    init(connection: Connection, context: WorkerContext) {
        calls = CallHandler(connection: connection, context: context, lane: .fast, framing: FastFraming())
    }

    var isIdle: Bool { calls.isIdle }
    var isWatching: Bool { calls.isWatching }
    var hasRefused: Bool { calls.hasRefused }
    var isFinished: Bool { false }
    var nextDeadline: MonotonicTime? { calls.nextDeadline }

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
                calls.refuse(header.streamID, CallFailure(.resourceExhausted, message), &output)
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
        let stream = header.streamID
        guard stream & 1 == 1 else {
            let message = "stream id \(stream) is even; a client's streams have odd ids (ttrpc PROTOCOL.md)"
            calls.refuse(stream, CallFailure(.invalidArgument, message), &output)
            return
        }
        guard header.type == FrameHeader.MessageType.request else {
            takeOther(header, &output)
            return
        }
        guard let request = Envelope.request(data) else {
            let message = "the frame holds no ttrpc Request message"
            calls.refuse(stream, CallFailure(.invalidArgument, message), &output)
            return
        }
        guard let route = Route(service: request.service, method: request.method), route.kind != .bidirectional else {
            let name = "\(request.service.printable)/\(request.method.printable)"
            calls.refuse(stream, CallFailure(.unimplemented, "there is no call '\(name)' here"), &output)
            return
        }
        guard !calls.isOpen(stream) else {
            let message = "stream id \(stream) is in use by a call that is not answered yet"
            calls.refuse(stream, CallFailure(.invalidArgument, message), &output)
            return
        }
        var call = Call(stream: stream, route: route)
        guard calls.admits(call, receivedAt: receivedAt, &output) else { return }
        if request.timeoutNanoseconds != 0 {
            call.deadline = calls.deadline(
                of: stream, nanoseconds: request.timeoutNanoseconds, receivedAt: receivedAt, &output)
            guard call.deadline != nil else { return }
        }
        calls.take(call, request.payload, &output)
    }

    private func takeOther(_ header: FrameHeader, _ output: inout OutputBuffer) {
        guard header.type == FrameHeader.MessageType.data else {
            let message = "frame type \(header.type) is not one that a client sends (1 request, 3 data)"
            calls.refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
            return
        }
        // No call here takes a stream of data; closing the sending side of one that watches is in order.
        guard calls.watching[header.streamID] == nil else { return }
        let message = "stream \(header.streamID) takes no data frames"
        calls.refuse(header.streamID, CallFailure(.invalidArgument, message), &output)
    }

    func complete(_ completion: Completion, _ output: inout OutputBuffer) {
        calls.complete(completion, &output)
    }

    func tell(_ event: ModelEvent, _ output: inout OutputBuffer) {
        calls.tell(event, &output)
    }

    func expire(at now: MonotonicTime, _ output: inout OutputBuffer) {
        calls.expire(at: now, &output)
    }

    func drain(_ output: inout OutputBuffer) {
        calls.endWatching(&output)
    }

    func refuseNewCalls(_ output: inout OutputBuffer) {}
}
