import HearthCore
import HearthServing
import HearthWire

/// Tells who speaks HTTP/1 (curl, a browser, a proxy that is set up wrong) what this socket speaks, and closes.
final class PlainHTTPLane: Lane {
    static func refuse(_ output: inout OutputBuffer) {
        let text: StaticString = """
            HTTP/1.1 505 HTTP Version Not Supported\r
            Content-Type: text/plain\r
            Content-Length: 150\r
            Connection: close\r
            \r
            This socket speaks gRPC (HTTP/2 without an upgrade) and ttrpc, not HTTP/1. Use a gRPC client, the hearth \
            command, or nginx with grpc_pass in between.\n
            """
        output.append(ByteView(text))
    }

    func receive(_ bytes: ByteView, receivedAt: MonotonicTime, _ output: inout OutputBuffer) -> LaneStep {
        Self.refuse(&output)
        return LaneStep(consumed: bytes.count, isClosing: true)
    }

    func complete(_ completion: Completion, _ output: inout OutputBuffer) {}
    func tell(_ event: ModelEvent, _ output: inout OutputBuffer) {}
    func expire(at now: MonotonicTime, _ output: inout OutputBuffer) {}
    func drain(_ output: inout OutputBuffer) {}
    func refuseNewCalls(_ output: inout OutputBuffer) {}

    var nextDeadline: MonotonicTime? { nil }
    var isIdle: Bool { true }
    var isWatching: Bool { false }
    var hasRefused: Bool { true }
    var isFinished: Bool { false }
}
