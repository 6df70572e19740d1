import Glibc
import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// A client that is slow, stuck or hostile is its own problem: the calls of others are answered all the while.
@Suite struct StuckClientTests {
    /// One worker, so that everybody shares it, and a short patience.
    private static func server(
        _ forest: ServedForest, waiting: LoopWaitPolicy = .adaptive, partialFrameMilliseconds: Int64 = 300
    ) throws -> TestServer {
        var limits = ServerLimits()
        limits.partialFrameMilliseconds = partialFrameMilliseconds
        return try TestServer(shelf: forest.shelf, workers: 1, waiting: waiting, limits: limits)
    }

    private static func caller(_ server: TestServer, _ forest: ServedForest) throws -> Caller {
        try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
    }

    @Test(arguments: [LoopWaitPolicy.block, .adaptive, .spin(microseconds: 50)])
    func `who never reads its replies is not read from, and closed after a while`(waiting: LoopWaitPolicy) throws {
        let forest = try ServedForest()
        let server = try Self.server(forest, waiting: waiting)
        let caller = try Self.caller(server, forest)
        let client = try server.rawClient()
        let calls = (0..<400).flatMap { Frames.predict(stream: UInt32(2 * $0 + 1)) }
        var sentByteCount = 0
        // Both directions fill up, then the server gives up on it.
        while client.send(calls) { sentByteCount += calls.count }
        #expect(sentByteCount < 16 << 20)
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(outcome.callCount > 100)
        #expect(try server.client().predict(model: ServedForest.model, rows: ServedForest.row).rowCount == 1)
    }

    @Test func `who stops in the middle of a frame is closed after the time for a frame`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let caller = try Self.caller(server, forest)
        let frame = Frames.predict()
        for length in [1, 9, 10, frame.count - 1] {
            let client = try server.rawClient()
            client.send(Array(frame[..<length]))
            let began = MonotonicTime.now()
            #expect(client.isClosedByServer())
            #expect(MonotonicTime.now() - began > 200_000_000)
        }
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(outcome.callCount > 100)
    }

    @Test func `who drips a frame byte by byte is closed as well`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let client = try server.rawClient()
        let frame = Frames.predict(rows: [Double](repeating: 0, count: 4000))
        var sent = 0
        while sent < frame.count - 1, client.send([frame[sent]]) {
            sent += 1
            // The next byte when the server would have had time for everything it had.
            _ = poll(nil, 0, 1)
        }
        #expect(sent < 2000)
    }

    @Test func `a pipeline that always ends within a frame goes on for ever, when each frame is complete in time`()
        throws
    {
        let forest = try ServedForest()
        // Longer than a busy machine may stall this client in the middle of a frame.
        let server = try Self.server(forest, partialFrameMilliseconds: 2000)
        let client = try server.rawClient()
        let frame = Frames.predict()
        let began = MonotonicTime.now()
        client.send(Array(frame[..<20]))
        var callCount = 0
        while MonotonicTime.now() - began < 2_500_000_000 {
            guard client.send(Array(frame[20...] + frame[..<20])), client.nextFrame()?.score == forest.score else {
                break
            }
            callCount += 1
        }
        #expect(MonotonicTime.now() - began >= 2_500_000_000)
        #expect(callCount > 100)
    }

    @Test(arguments: [LoopWaitPolicy.block, .adaptive, .spin(microseconds: 50)])
    func `who sends without a pause takes turns with the others`(waiting: LoopWaitPolicy) throws {
        let forest = try ServedForest()
        let server = try Self.server(forest, waiting: waiting)
        // Sound: one thread only sends, the other only reads.
        nonisolated(unsafe) let flooder = try server.rawClient()
        let flood = (0..<200).flatMap { Frames.predict(stream: UInt32(2 * $0 + 1)) }
        let answers = try SystemThread(name: "reader") { while unsafe flooder.nextFrame() != nil {} }
        let sender = try SystemThread(name: "flooder") { while unsafe flooder.send(flood) {} }
        let client = server.client()
        let predictor = client.predictor(for: ServedForest.model)
        for _ in 0..<500 { #expect(try predictor.predict(ServedForest.row).value == forest.score) }
        unsafe shutdown(flooder.descriptor, Int32(SHUT_RDWR))
        sender.join()
        answers.join()
    }

    @Test func `a watch that is not read loses its connection, not the server's memory`() throws {
        let forest = try ServedForest()
        var limits = ServerLimits()
        limits.unreadByteCountMax = 100_000
        let server = try TestServer(shelf: forest.shelf, workers: 1, limits: limits)
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let watcher = try server.rawClient()
        for stream in stride(from: UInt32(1), through: 31, by: 2) {
            watcher.send(Frames.control(stream: stream, .watch, WatchRequest()))
        }
        let client = server.client()
        _ = try client.predict(model: ServedForest.model, rows: ServedForest.row)
        // Each promotion is an event on each of the 16 watches, about 200 bytes.
        var promotions = 0
        while try server.counter("connections_closed") < UInt64(promotions + 1), promotions < 400 {
            let version = promotions.isMultiple(of: 2) ? otherID : forest.modelID
            _ = try client.promote(model: ServedForest.model, version: version.text)
            promotions += 1
        }
        #expect(
            try client.predict(model: ServedForest.model, rows: ServedForest.row).generation == UInt64(promotions + 1))
    }

    @Test func `clients that come and go leave no descriptor behind`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let keeper = try server.rawClient()
        keeper.send(Frames.predict())
        _ = keeper.nextFrame()
        for round in 0..<300 {
            let client = try server.rawClient()
            switch round % 4 {
            case 0: break
            case 1: client.send([0, 0])
            case 2: client.send(Frames.predict())
            default:
                client.send(Frames.predict())
                _ = client.nextFrame()
            }
        }
        // The last one is answered after all before it were taken; then their ends are only a matter of turns.
        while try server.counter("connections_accepted") > server.counter("connections_closed") + 3 {}
        #expect(try server.counter("connections_accepted") >= 301)
    }
}
