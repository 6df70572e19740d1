import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// The exact words of every refusal that a client can bring about, frame by frame.
@Suite struct ErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var frame: [UInt8]
        var code: StatusCode
        var message: String
        var stream: UInt32 = 1

        init(_ name: String, _ frame: [UInt8], _ code: StatusCode, _ message: String, stream: UInt32 = 1) {
            testDescription = name
            self.frame = frame
            self.code = code
            self.message = message
            self.stream = stream
        }
    }

    private static let detect = Route.detect
    private static let unknownID = "isolation_forest_stok_seviye_20250101_000000_000_abcd"

    static let cases: [Case] = [
        Case(
            "unknown model", Frames.predict(model: "isolation_forest.nobody"), .notFound,
            "no production version of 'isolation_forest.nobody': promote one with 'hearth models promote', or see "
                + "'hearth models list'"),
        Case(
            "unknown version", Frames.predict(model: "", version: unknownID), .notFound,
            "no version '\(unknownID)' in the registry; see 'hearth models list'"),
        Case(
            "no model named", Frames.predict(model: ""), .invalidArgument,
            "no model named: set model_name, or model_version to a model_id"),
        Case(
            "a name that is a path", Frames.predict(model: "../etc/passwd"), .invalidArgument,
            "model name '../etc/passwd' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or "
                + "'-', 128 bytes at most"),
        Case(
            "wrong columns", Frames.predict(columns: 3, rows: [1, 2, 3]), .invalidArgument,
            "3 columns found; model 'isolation_forest.stok_seviye' takes 4 values per row"),
        Case(
            "half a row", Frames.predict(rows: [1, 2, 3, 4, 5, 6]), .invalidArgument,
            "6 values found; model 'isolation_forest.stok_seviye' takes 4 values per row, and at least one row"),
        Case(
            "no rows", Frames.predict(rows: []), .invalidArgument,
            "0 values found; model 'isolation_forest.stok_seviye' takes 4 values per row, and at least one row"),
        Case(
            "unknown output", Frames.predict(outputs: ["score_samples", "probability"]), .invalidArgument,
            "model 'isolation_forest.stok_seviye' has no output 'probability'; it has score_samples, "
                + "decision_function, predict"),
        Case(
            "an output named twice too often",
            Frames.predict(outputs: Array(repeating: "predict", count: 4)), .invalidArgument,
            "4 outputs are asked for; name each of them once"),
        Case(
            "a payload that is no PredictRequest", Frames.request(.predict, payload: [0xFF, 0xFF, 0xFF]),
            .invalidArgument, "the payload is no hearth.v1.PredictRequest"),
        Case(
            "a payload that is no DetectRequest", Frames.request(.detect, payload: [0x0A, 0x7F]),
            .invalidArgument, "the payload is no hearth.v1.DetectRequest"),
        Case(
            "a payload that is no GetRequest", Frames.request(.get, payload: [0x0A, 0x7F]), .invalidArgument,
            "the payload is no hearth.v1.GetRequest"),
        Case(
            "a payload that is no WatchRequest", Frames.request(.watch, payload: [0x0A, 0x7F]), .invalidArgument,
            "the payload is no hearth.v1.WatchRequest"),
        Case(
            "Detect without a series", Frames.request(.detect, payload: []), .invalidArgument,
            "no series named: set series, or model_version to a model_id"),
        Case(
            "a frame that is no Request", Frames.raw(stream: 1, [0x0A, 0xFF]), .invalidArgument,
            "the frame holds no ttrpc Request message"),
        Case(
            "unknown service", Frames.request(service: "inference.GRPCInferenceService", payload: []),
            .unimplemented, "there is no call 'inference.GRPCInferenceService/Predict' here"),
        Case(
            "unknown method", Frames.request(method: "Train", payload: []), .unimplemented,
            "there is no call 'hearth.v1.Inference/Train' here"),
        Case(
            "a method of the other service", Frames.request(method: "Stats", payload: []), .unimplemented,
            "there is no call 'hearth.v1.Inference/Stats' here"),
        Case(
            "even stream id", Frames.predict(stream: 2), .invalidArgument,
            "stream id 2 is even; a client's streams have odd ids (ttrpc PROTOCOL.md)", stream: 2),
        Case(
            "stream id 0", Frames.predict(stream: 0), .invalidArgument,
            "stream id 0 is even; a client's streams have odd ids (ttrpc PROTOCOL.md)", stream: 0),
        Case(
            "a response", Frames.raw(stream: 1, type: FrameHeader.MessageType.response, []), .invalidArgument,
            "frame type 2 is not one that a client sends (1 request, 3 data)"),
        Case(
            "data on a stream that takes none", Frames.raw(stream: 1, type: FrameHeader.MessageType.data, [1, 2]),
            .invalidArgument, "stream 1 takes no data frames"),
        Case(
            "a negative timeout", Frames.predict(timeoutNanoseconds: -1), .deadlineExceeded,
            "the deadline had passed when the call was read"),
        Case(
            "a deadline that has passed", Frames.predict(timeoutNanoseconds: 1), .deadlineExceeded,
            "the deadline had passed when the call was read"),
        Case(
            "promotion of an id that is none",
            Frames.control(.promote, PromoteRequest(modelName: ServedForest.model, modelVersion: "a b")),
            .invalidArgument,
            "model_id 'a b' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or '-', "
                + "\(ModelID.byteCountMax) bytes at most"),
        Case(
            "promotion of a version that does not exist",
            Frames.control(.promote, PromoteRequest(modelName: ServedForest.model, modelVersion: unknownID)),
            .notFound, "no version '\(unknownID)' in the registry; see 'hearth models list'"),
        Case(
            "Get of a model that is not in production",
            Frames.control(.get, GetRequest(modelName: "isolation_forest.nobody")), .notFound,
            "no production version of 'isolation_forest.nobody'; see 'hearth models list'"),
    ]

    @Test(arguments: cases)
    func `R62: a call that cannot be answered is refused in exact words, and the connection goes on`(
        _ refused: Case
    ) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()

        client.send(refused.frame)
        let reply = try #require(client.nextFrame())
        #expect(reply.streamID == refused.stream)
        #expect(reply.code == refused.code)
        #expect(reply.message == refused.message)

        client.send(Frames.predict(stream: 9))
        let next = try #require(client.nextFrame())
        #expect(next.streamID == 9)
        #expect(next.score?.bitPattern == forest.score.bitPattern)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func `R20: a value that the model refuses names its place`(_ value: Double) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()
        client.send(Frames.predict(rows: ServedForest.row + [0, value, 0, 0]))
        let reply = try #require(client.nextFrame())
        #expect(reply.code == .invalidArgument)
        #expect(reply.message.hasPrefix("model 'isolation_forest.stok_seviye': row 1"), "\(reply.message)")
    }

    @Test func `a frame over the cap is refused on its stream alone and skipped`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()
        let tooLarge = 4 << 20 + 1
        client.send(Frames.raw(stream: 5, [UInt8](repeating: 7, count: tooLarge)) + Frames.predict(stream: 7))
        let refusal = try #require(client.nextFrame())
        #expect(refusal.streamID == 5)
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message
                == "a frame of \(tooLarge) bytes was sent, 4194304 are the most (ttrpc); send fewer rows in one call")
        let answer = try #require(client.nextFrame())
        #expect(answer.streamID == 7)
        #expect(answer.score?.bitPattern == forest.score.bitPattern)
    }

    @Test func `a reply that would not fit a frame is refused before the work is done`() throws {
        let shelf = try ModelShelf()
        // One column in, three outputs out: the reply is larger than its request.
        try shelf.publish(
            SampleModels.isolationForest(seed: 1, columns: 1), series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try server.rawClient()
        client.send(Frames.predict(rows: [Double](repeating: 0, count: 400_000)))
        let reply = try #require(client.nextFrame())
        #expect(reply.code == .resourceExhausted)
        #expect(reply.message == "400000 rows would make a reply over 4 MiB; send at most 174762 rows in one call")
    }

    @Test func `an error's text is cut between characters`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()
        let name = "x" + String(repeating: "ş", count: 5000)
        client.send(Frames.predict(model: name, version: forest.modelID.text))
        let reply = try #require(client.nextFrame())
        #expect(reply.code == .invalidArgument)
        #expect(reply.message.utf8.count <= 4096 && reply.message.utf8.count >= 4093)
        #expect(!reply.message.contains("\u{FFFD}"))
    }

    @Test(arguments: [UInt8(ascii: "P"), UInt8(ascii: "G"), 0x16, 0xFF])
    func `who speaks another protocol is cut off`(first: UInt8) throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send([first, 1, 2, 3])
        #expect(client.isClosedByServer())
    }

    @Test func `who stops speaking frames is answered so far and cut off`() throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send(Frames.predict(stream: 1) + [0xAA] + Frames.predict(stream: 3))
        #expect(client.nextFrame()?.streamID == 1)
        #expect(client.isClosedByServer())
    }
}
