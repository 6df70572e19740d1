import Dispatch
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// How bytes are cut into reads does not matter.
@Suite struct FramingTests {
    @Test func `a frame that comes byte by byte is answered`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()
        for byte in Frames.predict(stream: 3) { client.send([byte]) }
        let reply = try #require(client.nextFrame())
        #expect(reply.streamID == 3)
        #expect(reply.score == forest.score)
    }

    @Test(arguments: [1, 2, 7, 64, 5000])
    func `many frames at once are answered in order, however they are cut`(piece: Int) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try server.rawClient()
        let count = 200
        let bytes = (0..<count).flatMap { Frames.predict(stream: UInt32(2 * $0 + 1)) }
        for start in stride(from: 0, to: bytes.count, by: piece) {
            client.send(Array(bytes[start..<min(bytes.count, start + piece)]))
        }
        for index in 0..<count {
            let reply = try #require(client.nextFrame())
            #expect(reply.streamID == UInt32(2 * index + 1))
            #expect(reply.score == forest.score)
        }
    }

    @Test func `a frame of almost 4 MiB in pieces is answered, with small calls before and behind it`() throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 7, columns: 16)
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try server.rawClient()
        let rowCount = (4 << 20) / (16 * 8) - 2
        var random = SplitMix64(seed: 8)
        let rows = (0..<rowCount * 16).map { _ in Double.random(in: -3..<3, using: &random) }
        let expected = try ModelShelf.expected(definition, rows: rows)
        let small = Array(rows[..<16])

        let bytes =
            Frames.predict(stream: 1, rows: small) + Frames.predict(stream: 3, rows: rows)
            + Frames.predict(stream: 5, rows: small)
        for start in stride(from: 0, to: bytes.count, by: 10_007) {
            client.send(Array(bytes[start..<min(bytes.count, start + 10_007)]))
        }
        var replies: [UInt32: RawClient.Frame] = [:]
        for _ in 0..<3 {
            let reply = try #require(client.nextFrame())
            replies[reply.streamID] = reply
        }
        #expect(replies[1]?.score == expected[0])
        #expect(replies[5]?.score == expected[0])
        let payload = try #require(replies[3]?.payload)
        let values: [Double] = unsafe payload.withUnsafeBytes { bytes in
            guard var reply = unsafe PredictReplyView(ByteView(bytes)), let output = reply.nextOutput() else {
                return []
            }
            return (0..<output.valueCount).map { output.value(at: $0) }
        }
        #expect(values.map(\.bitPattern) == expected[..<rowCount].map(\.bitPattern))
    }

    @Test func `two calls under one stream id at the same time are told apart: the second is refused`() throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(shelf: forest.shelf, preloadsAll: false, store: store)
        store.close()
        let client = try server.rawClient()
        client.send(Frames.predict(stream: 1))
        store.arrived.wait()
        client.send(Frames.predict(stream: 1))
        let refusal = try #require(client.nextFrame())
        #expect(refusal.code == .invalidArgument)
        #expect(refusal.message == "stream id 1 is in use by a call that is not answered yet")
        store.open()
        #expect(client.nextFrame()?.score == forest.score)
        // A stream id whose call has been answered is free again.
        client.send(Frames.predict(stream: 1))
        #expect(client.nextFrame()?.score == forest.score)
    }

    @Test func `data on a stream that watches is in order; a second watch under its id is not`() throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send(Frames.control(.watch, WatchRequest()))
        #expect(client.nextFrame()?.header.type == FrameHeader.MessageType.data)
        client.send(
            Frames.raw(
                stream: 1, type: FrameHeader.MessageType.data,
                flags: FrameHeader.Flags.remoteClosed | FrameHeader.Flags.noData, []))
        client.send(Frames.control(.watch, WatchRequest()))
        #expect(client.nextFrame()?.message == "stream id 1 is in use by a call that is not answered yet")
    }
}
