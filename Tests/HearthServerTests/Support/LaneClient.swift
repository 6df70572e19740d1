import HearthCore
import HearthWire
import Testing

/// The lanes that every behaviour is tested over.
enum TestLane: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case fast
    case grpc

    var testDescription: String { "\(rawValue) lane" }
}

/// What a call ended with, whichever lane it took.
struct LaneReply: Equatable {
    var code: StatusCode?
    var message: String
    var payload: [UInt8]

    /// The payload as a message of the control plane; nil when it is none.
    func control<Message: ControlMessage>(_ type: Message.Type = Message.self) -> Message? {
        unsafe payload.withUnsafeBytes { unsafe Message.unpack(ByteView($0), in: Arena()) }
    }

    /// The payload as a reply to Predict; nil when it is none.
    var prediction: LanePrediction? {
        unsafe payload.withUnsafeBytes { unsafe LanePrediction(ByteView($0)) }
    }
}

/// A reply to Predict, copied out.
struct LanePrediction: Equatable {
    struct Output: Equatable {
        var name: String
        var values: [Double]
        var labels: [String]
    }

    var modelName: String
    var modelVersion: String
    var generation: UInt64
    var source: AnswerSource?
    var rowCount: Int
    var outputs: [Output] = []

    init?(_ bytes: ByteView) {
        guard var view = PredictReplyView(bytes) else { return nil }
        modelName = view.modelName.text
        modelVersion = view.modelVersion.text
        generation = view.generation
        source = view.source
        rowCount = view.rowCount
        while let output = view.nextOutput() {
            outputs.append(
                Output(
                    name: output.name.text, values: (0..<output.valueCount).map { output.value(at: $0) },
                    labels: output.labels))
        }
    }
}

/// One connection of either lane, for tests of what both must do alike.
final class LaneClient {
    private enum Wire {
        case fast(RawClient)
        case grpc(GRPCTestClient)
    }

    private let wire: Wire
    private var nextStream: UInt32 = 1
    /// Messages of open streams that were handed out, per stream.
    private var taken: [UInt32: Int] = [:]

    init(_ lane: TestLane, socketPath: String) throws {
        switch lane {
        case .fast: wire = .fast(try RawClient(socketPath: socketPath))
        case .grpc: wire = .grpc(try GRPCTestClient(socketPath: socketPath))
        }
    }

    /// Sends a call and does not wait. Returns its stream.
    func start(_ route: Route, _ payload: [UInt8], timeoutNanoseconds: Int64 = 0) -> UInt32 {
        switch wire {
        case .fast(let client):
            defer { nextStream += 2 }
            client.send(
                Frames.request(
                    stream: nextStream, route, timeoutNanoseconds: timeoutNanoseconds, payload: payload))
            return nextStream
        case .grpc(let client):
            var fields = GRPCTestClient.usualFields
            if timeoutNanoseconds > 0 { fields.append(("grpc-timeout", Self.timeout(timeoutNanoseconds))) }
            return UInt32(
                client.start(path: "/\(route.path)", fields: fields, body: GRPCTestClient.framed(payload)))
        }
    }

    private static func timeout(_ nanoseconds: Int64) -> String {
        nanoseconds < 100_000_000 ? "\(nanoseconds)n" : "\(nanoseconds / 1000)u"
    }

    /// Waits for the end of a call. On the fast lane calls must be waited for in the order in which they are answered.
    func finish(_ stream: UInt32) -> LaneReply {
        switch wire {
        case .fast(let client):
            while let frame = client.nextFrame() {
                guard frame.streamID == stream, frame.header.type == FrameHeader.MessageType.response else { continue }
                return LaneReply(code: frame.code, message: frame.message, payload: frame.payload)
            }
            return LaneReply(code: nil, message: "the server closed", payload: [])
        case .grpc(let client):
            let reply = client.finish(Int32(stream))
            return LaneReply(code: reply.code, message: reply.message, payload: reply.messages.first ?? [])
        }
    }

    /// The next message of a stream of them; nil when it has ended.
    func next(_ stream: UInt32) -> [UInt8]? {
        switch wire {
        case .fast(let client):
            guard let frame = client.nextFrame(), frame.header.type == FrameHeader.MessageType.data else { return nil }
            return frame.data
        case .grpc(let client):
            let index = taken[stream, default: 0]
            client.receive {
                (client.replies[Int32(stream)]?.messages.count ?? 0) > index
                    || client.replies[Int32(stream)]?.closedWith != nil
            }
            guard let messages = client.replies[Int32(stream)]?.messages, messages.count > index else { return nil }
            taken[stream] = index + 1
            return messages[index]
        }
    }

    func call(_ route: Route, _ payload: [UInt8], timeoutNanoseconds: Int64 = 0) -> LaneReply {
        finish(start(route, payload, timeoutNanoseconds: timeoutNanoseconds))
    }

    func control(_ route: Route, _ message: some ControlMessage) -> LaneReply {
        call(route, message.pack(in: Arena()) { unsafe Array($0.buffer) })
    }

    func predict(
        model: String = ServedForest.model, version: String = "", columns: Int = 0,
        rows: [Double] = ServedForest.row, outputs: [String] = [], timeoutNanoseconds: Int64 = 0
    ) -> LaneReply {
        call(
            .predict,
            Frames.predictPayload(model: model, version: version, columns: columns, rows: rows, outputs: outputs),
            timeoutNanoseconds: timeoutNanoseconds)
    }
}
