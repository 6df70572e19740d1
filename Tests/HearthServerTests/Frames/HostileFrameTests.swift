import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// Random and damaged frames on a live socket: the server goes on, and so do the others.
@Suite struct HostileFrameTests {
    @Test(arguments: 1...6)
    func `R80: damaged frames harm nobody`(seed: UInt64) throws {
        let forest = try ServedForest()
        var limits = ServerLimits()
        limits.partialFrameMilliseconds = 200
        let server = try TestServer(shelf: forest.shelf, limits: limits)
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        var random = SplitMix64(seed: seed)
        let templates = Self.templates(forest)
        for _ in 0..<150 {
            let client = try server.rawClient()
            var bytes: [UInt8] = []
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
        let client = try server.rawClient()
        client.send(Frames.predict())
        #expect(client.nextFrame()?.score == forest.score)
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

    private static func damaged(_ template: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = template
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
