import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// Random and damaged frames on a live socket: the server goes on, and so do the others.
@Suite struct HostileFrameTests {
    @Test(arguments: TestLane.allCases, 1...6)
    func `damaged frames harm nobody`(lane: TestLane, seed: UInt64) throws {
        let forest = try ServedForest()
        var limits = ServerLimits()
        limits.partialFrameMilliseconds = 200
        let server = try TestServer(shelf: forest.shelf, limits: limits)
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        var random = SplitMix64(seed: seed)
        let templates = lane == .fast ? Self.templates(forest) : Self.grpcTemplates()
        for _ in 0..<150 {
            let client = try server.rawClient()
            // Most clients of the gRPC lane get as far as their first frame.
            var bytes = lane == .fast ? [] : HTTP2Frames.start
            if Int.random(in: 0..<8, using: &random) == 0 { bytes = Self.damaged(bytes, &random) }
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let template = templates[Int.random(in: 0..<templates.count, using: &random)]
                bytes += Self.damaged(template, &random)
            }
            _ = client.sendNow(bytes)
            // Some read what they are told, some leave at once.
            if Bool.random(using: &random) { shutdown(client.descriptor, Int32(SHUT_WR)) }
            if Bool.random(using: &random) { _ = client.sendNow(Self.noise(&random)) }
        }
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        // Everybody who left is gone; what is left are the caller's and this test's own connections.
        while try server.counter("connections_accepted") > server.counter("connections_closed") + 4 {}
        #expect(try LaneClient(lane, socketPath: server.socketPath).predict().score == forest.score)
    }

    private static func templates(_ forest: ServedForest) -> [[UInt8]] {
        [
            Frames.predict(), Frames.predict(version: forest.modelID.text, columns: 4, outputs: ["predict"]),
            Frames.predict(rows: [Double](repeating: 1, count: 4000)),
            Frames.predict(timeoutNanoseconds: 1_000_000),
            Frames.request(.detect, payload: [0x0A, 4] + Array("stok".utf8)),
            Frames.control(.list, ListRequest(modelName: ServedForest.model, limit: 3)),
            Frames.control(.get, GetRequest(modelName: ServedForest.model)),
            Frames.control(.stats, StatsRequest()), Frames.control(.watch, WatchRequest()),
            Frames.control(.reload, ReloadRequest()),
            Frames.control(.promote, PromoteRequest(modelName: ServedForest.model, modelVersion: "nothing")),
            Frames.raw(stream: 1, type: FrameHeader.MessageType.data, [1, 2, 3]),
        ]
    }

    private static func grpcTemplates() -> [[UInt8]] {
        let predict = "/\(Route.predict.path)"
        let message = HTTP2Frames.message(Frames.predictPayload(rows: ServedForest.row))
        return [
            HTTP2Frames.request(1, path: predict, body: message),
            HTTP2Frames.request(3, path: predict, [("grpc-timeout", "1m"), ("grpc-encoding", "gzip")], body: message),
            HTTP2Frames.request(
                5, path: predict, [("grpc-encoding", "gzip")],
                body: HTTP2Frames.message(GzipSamples.gzip(message), flag: 1)),
            HTTP2Frames.request(7, path: "/\(Route.watch.path)", body: HTTP2Frames.message([])),
            HTTP2Frames.request(9, path: "/\(Route.stats.path)", body: HTTP2Frames.message([])),
            HTTP2Frames.request(11, path: "/\(Route.modelStreamInfer.path)", body: message + message),
            HTTP2Frames.headers(13, HTTP2Frames.requestFields(predict), endsHeaders: false),
            HTTP2Frames.frame(HTTP2Frames.Kind.continuation, flags: 4, stream: 13, [0, 1, 97, 1, 98]),
            HTTP2Frames.settings([(1, 0), (3, 5), (4, 100), (5, 20_000)]), HTTP2Frames.reset(7),
            HTTP2Frames.windowUpdate(1, by: 100), HTTP2Frames.frame(HTTP2Frames.Kind.ping, Array(message.suffix(8))),
            HTTP2Frames.frame(HTTP2Frames.Kind.goAway, [0, 0, 0, 0, 0, 0, 0, 0]),
            HTTP2Frames.data(1, message, endsStream: false),
        ]
    }

    private static func damaged(_ template: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = template
        guard !bytes.isEmpty else { return bytes }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3: bytes.remove(at: place)
            default: bytes.removeSubrange(place...)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    private static func noise(_ random: inout SplitMix64) -> [UInt8] {
        (0..<Int.random(in: 1...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
