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

    /// The payload as a reply to Detect; nil when it is none.
    var detection: LaneDetection? {
        unsafe payload.withUnsafeBytes { unsafe LaneDetection(ByteView($0)) }
    }

    /// The first value of the first output of a reply to Predict.
    var score: Double? { prediction?.outputs.first?.values.first }
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

/// A reply to Detect, copied out.
struct LaneDetection: Equatable {
    var modelVersion: String
    var source: AnswerSource?
    var threshold: Double
    var firstPoint: Int
    var scores: [Double]
    var anomalies: [Bool]

    init?(_ bytes: ByteView) {
        guard let view = DetectReplyView(bytes) else { return nil }
        modelVersion = view.modelVersion.text
        source = view.source
        threshold = view.threshold
        firstPoint = view.firstPoint
        scores = (0..<view.count).map { view.score(at: $0) }
        anomalies = (0..<view.count).map { view.isAnomaly(at: $0) }
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
    /// Calls that were started and whose end nobody has asked for, oldest first.
    private var pending: [UInt32] = []
    /// Ends that came on the fast lane while another was waited for, in the order in which they came.
    private var ended: [(stream: UInt32, reply: LaneReply)] = []
    /// The same of messages of streams.
    private var pushed: [UInt32: [[UInt8]]] = [:]
    /// Messages of open streams that were handed out, per stream.
    private var taken: [UInt32: Int] = [:]

    init(_ lane: TestLane, socketPath: String) throws {
        switch lane {
        case .fast: wire = .fast(try RawClient(socketPath: socketPath))
        case .grpc: wire = .grpc(try GRPCTestClient(socketPath: socketPath))
        }
    }

    // MARK: - Starting

    /// Sends a call and does not wait. Returns its stream.
    func start(_ route: Route, _ payload: [UInt8], timeoutNanoseconds: Int64 = 0) -> UInt32 {
        start(
            service: "\(route.service)", method: "\(route.method)", payload, timeoutNanoseconds: timeoutNanoseconds)
    }

    /// The same for a call that the server may not have.
    func start(service: String, method: String, _ payload: [UInt8], timeoutNanoseconds: Int64 = 0) -> UInt32 {
        let stream: UInt32
        switch wire {
        case .fast(let client):
            stream = nextStream
            nextStream += 2
            client.send(
                Frames.request(
                    stream: stream, service: service, method: method, timeoutNanoseconds: timeoutNanoseconds,
                    payload: payload))
        case .grpc(let client):
            var fields = GRPCTestClient.usualFields
            if timeoutNanoseconds > 0 { fields.append(("grpc-timeout", Self.timeout(timeoutNanoseconds))) }
            stream = UInt32(
                client.start(path: "/\(service)/\(method)", fields: fields, body: GRPCTestClient.framed(payload)))
        }
        pending.append(stream)
        return stream
    }

    func start(_ route: Route, _ message: some ControlMessage) -> UInt32 {
        start(route, message.pack(in: Arena()) { unsafe Array($0.buffer) })
    }

    func startPredict(
        model: String = ServedForest.model, rows: [Double] = ServedForest.row, timeoutNanoseconds: Int64 = 0
    ) -> UInt32 {
        start(
            .predict, Frames.predictPayload(model: model, rows: rows), timeoutNanoseconds: timeoutNanoseconds)
    }

    private static func timeout(_ nanoseconds: Int64) -> String {
        nanoseconds < 100_000_000 ? "\(nanoseconds)n" : "\(nanoseconds / 1000)u"
    }

    // MARK: - Waiting

    /// Waits for the end of a call.
    func finish(_ stream: UInt32) -> LaneReply {
        pending.removeAll { $0 == stream }
        switch wire {
        case .fast(let client):
            while true {
                if let index = ended.firstIndex(where: { $0.stream == stream }) { return ended.remove(at: index).reply }
                guard takeFrame(client) else { return Self.closed }
            }
        case .grpc(let client): return Self.reply(client.finish(Int32(stream)))
        }
    }

    /// Waits until one of the calls that were started and not finished ends, and says which; nil when the server has
    /// closed.
    func finishNext() -> (stream: UInt32, reply: LaneReply)? {
        switch wire {
        case .fast(let client):
            while ended.isEmpty { guard takeFrame(client) else { return nil } }
            let next = ended.removeFirst()
            pending.removeAll { $0 == next.stream }
            return next
        case .grpc(let client):
            client.receive { pending.contains { client.replies[Int32($0)]?.closedWith != nil } }
            guard let stream = pending.first(where: { client.replies[Int32($0)]?.closedWith != nil }) else {
                return nil
            }
            pending.removeAll { $0 == stream }
            return client.replies[Int32(stream)].map { (stream, Self.reply($0)) }
        }
    }

    private static let closed = LaneReply(code: nil, message: "the server closed", payload: [])

    private static func reply(_ reply: GRPCTestClient.Reply) -> LaneReply {
        reply.closedWith == nil
            ? closed : LaneReply(code: reply.code, message: reply.message, payload: reply.messages.first ?? [])
    }

    private func takeFrame(_ client: RawClient) -> Bool {
        guard let frame = client.nextFrame() else { return false }
        if frame.header.type == FrameHeader.MessageType.data {
            pushed[frame.streamID, default: []].append(frame.data)
        } else {
            ended.append(
                (frame.streamID, LaneReply(code: frame.code, message: frame.message, payload: frame.payload)))
        }
        return true
    }

    /// The next message of a stream of them; nil when it has ended.
    func next(_ stream: UInt32) -> [UInt8]? {
        let index = taken[stream, default: 0]
        switch wire {
        case .fast(let client):
            while pushed[stream, default: []].count <= index, !ended.contains(where: { $0.stream == stream }) {
                guard takeFrame(client) else { return nil }
            }
            guard let messages = pushed[stream], messages.count > index else { return nil }
            taken[stream] = index + 1
            return messages[index]
        case .grpc(let client):
            client.receive {
                (client.replies[Int32(stream)]?.messages.count ?? 0) > index
                    || client.replies[Int32(stream)]?.closedWith != nil
            }
            guard let messages = client.replies[Int32(stream)]?.messages, messages.count > index else { return nil }
            taken[stream] = index + 1
            return messages[index]
        }
    }

    /// The next event of a watch; nil when it has ended.
    func nextEvent(_ stream: UInt32) -> WatchEvent? {
        guard let bytes = next(stream) else { return nil }
        return unsafe bytes.withUnsafeBytes { unsafe WatchEvent.unpack(ByteView($0), in: Arena()) }
    }

    /// Gives a call up; on the fast lane nobody can.
    func cancel(_ stream: UInt32) {
        pending.removeAll { $0 == stream }
        if case .grpc(let client) = wire { client.cancel(Int32(stream)) }
    }

    /// Whether the server closes the connection, after whatever it still had to say.
    func isClosedByServer() -> Bool {
        switch wire {
        case .fast(let client): client.isClosedByServer()
        case .grpc(let client): client.isClosedByServer()
        }
    }

    // MARK: - Calls

    func call(_ route: Route, _ payload: [UInt8], timeoutNanoseconds: Int64 = 0) -> LaneReply {
        finish(start(route, payload, timeoutNanoseconds: timeoutNanoseconds))
    }

    func control(_ route: Route, _ message: some ControlMessage) -> LaneReply {
        finish(start(route, message))
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

    func detect(
        series: String = ServedForest.series, values: [Double], columns: Int = 0, modelType: String = "",
        version: String = ""
    ) -> LaneReply {
        call(
            .detect,
            Frames.detectPayload(
                series: series, modelType: modelType, version: version, columns: columns, values: values))
    }
}

extension LaneReply {
    /// A refusal in exact words.
    static func refused(_ code: StatusCode, _ message: String) -> LaneReply {
        LaneReply(code: code, message: message, payload: [])
    }
}
