import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// The exact words of the refusals of calls, the same over both lanes.
@Suite struct SharedErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var service: String
        var method: String
        var payload: [UInt8]
        var timeoutNanoseconds: Int64
        var code: StatusCode
        var message: String

        init(
            _ name: String, service: String, method: String, payload: [UInt8] = [], timeoutNanoseconds: Int64 = 0,
            _ code: StatusCode, _ message: String
        ) {
            testDescription = name
            self.service = service
            self.method = method
            self.payload = payload
            self.timeoutNanoseconds = timeoutNanoseconds
            self.code = code
            self.message = message
        }

        init(_ name: String, _ route: Route, _ payload: [UInt8], _ code: StatusCode, _ message: String) {
            self.init(
                name, service: "\(route.service)", method: "\(route.method)", payload: payload, code, message)
        }

        init(
            _ name: String, _ route: Route, _ request: some ControlMessage, _ code: StatusCode, _ message: String
        ) {
            self.init(name, route, request.pack(in: Arena()) { unsafe Array($0.buffer) }, code, message)
        }

        /// A Predict.
        init(
            _ name: String, model: String = ServedForest.model, version: String = "", columns: Int = 0,
            rows: [Double] = ServedForest.row, outputs: [String] = [], timeoutNanoseconds: Int64 = 0,
            _ code: StatusCode, _ message: String
        ) {
            self.init(
                name, service: "\(Route.inference)", method: "Predict",
                payload: Frames.predictPayload(
                    model: model, version: version, columns: columns, rows: rows, outputs: outputs),
                timeoutNanoseconds: timeoutNanoseconds, code, message)
        }
    }

    private static let unknownID = "isolation_forest_stok_seviye_20250101_000000_000_abcd"

    static let cases: [Case] = [
        Case(
            "unknown model", model: "isolation_forest.nobody", .notFound,
            "no production version of 'isolation_forest.nobody': promote one with 'hearth models promote', or see "
                + "'hearth models list'"),
        Case(
            "unknown version", model: "", version: unknownID, .notFound,
            "no version '\(unknownID)' in the registry; see 'hearth models list'"),
        Case(
            "no model named", model: "", .invalidArgument,
            "no model named: set model_name, or model_version to a model_id"),
        Case(
            "a name that is a path", model: "../etc/passwd", .invalidArgument,
            "model name '../etc/passwd' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or "
                + "'-', 128 bytes at most"),
        Case(
            "a name that is no ASCII", model: "stok\n%seviyesi_ş", .invalidArgument,
            "model name 'stok\n%seviyesi_ş' is not allowed: expected a letter or digit, then letters, digits, '.', "
                + "'_' or '-', 128 bytes at most"),
        Case(
            "wrong columns", columns: 3, rows: [1, 2, 3], .invalidArgument,
            "3 columns found; model 'isolation_forest.stok_seviye' takes 4 values per row"),
        Case(
            "half a row", rows: [1, 2, 3, 4, 5, 6], .invalidArgument,
            "6 values found; model 'isolation_forest.stok_seviye' takes 4 values per row, and at least one row"),
        Case(
            "no rows", rows: [], .invalidArgument,
            "0 values found; model 'isolation_forest.stok_seviye' takes 4 values per row, and at least one row"),
        Case(
            "unknown output", outputs: ["score_samples", "probability"], .invalidArgument,
            "model 'isolation_forest.stok_seviye' has no output 'probability'; it has score_samples, "
                + "decision_function, predict"),
        Case(
            "an output named twice too often", outputs: Array(repeating: "predict", count: 4), .invalidArgument,
            "4 outputs are asked for; name each of them once"),
        Case(
            "a payload that is no PredictRequest", .predict, [0xFF, 0xFF, 0xFF], .invalidArgument,
            "the payload is no hearth.v1.PredictRequest"),
        Case(
            "a payload that is no DetectRequest", .detect, [0x0A, 0x7F], .invalidArgument,
            "the payload is no hearth.v1.DetectRequest"),
        Case(
            "a payload that is no GetRequest", .get, [0x0A, 0x7F], .invalidArgument,
            "the payload is no hearth.v1.GetRequest"),
        Case(
            "a payload that is no WatchRequest", .watch, [0x0A, 0x7F], .invalidArgument,
            "the payload is no hearth.v1.WatchRequest"),
        Case(
            "Detect without a series", .detect, [], .invalidArgument,
            "no series named: set series, or model_version to a model_id"),
        Case(
            "unknown service", service: "hearth.v2.Inference", method: "Predict", .unimplemented,
            "there is no call 'hearth.v2.Inference/Predict' here"),
        Case(
            "unknown method", service: "hearth.v1.Inference", method: "Train", .unimplemented,
            "there is no call 'hearth.v1.Inference/Train' here"),
        Case(
            "a method of the other service", service: "hearth.v1.Inference", method: "Stats", .unimplemented,
            "there is no call 'hearth.v1.Inference/Stats' here"),
        Case(
            "a deadline that has passed", timeoutNanoseconds: 1, .deadlineExceeded,
            "the deadline had passed when the call was read"),
        Case(
            "promotion of an id that is none", .promote,
            PromoteRequest(modelName: ServedForest.model, modelVersion: "a b"), .invalidArgument,
            "model_id 'a b' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or '-', "
                + "\(ModelID.byteCountMax) bytes at most"),
        Case(
            "promotion of a version that does not exist", .promote,
            PromoteRequest(modelName: ServedForest.model, modelVersion: unknownID), .notFound,
            "no version '\(unknownID)' in the registry; see 'hearth models list'"),
        Case(
            "Get of a model that is not in production", .get, GetRequest(modelName: "isolation_forest.nobody"),
            .notFound, "no production version of 'isolation_forest.nobody'; see 'hearth models list'"),
    ]

    @Test(arguments: TestLane.allCases, cases)
    func `a call that cannot be answered is refused in exact words, and the connection goes on`(
        lane: TestLane, refused: Case
    ) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let stream = client.start(
            service: refused.service, method: refused.method, refused.payload,
            timeoutNanoseconds: refused.timeoutNanoseconds)
        #expect(client.finish(stream) == .refused(refused.code, refused.message))
        #expect(client.predict().score == forest.score)
        #expect(try server.counter("failures") == 1)
    }
}
