import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// What keeps the clients of one worker from taking its time and its memory: frames that ask for nothing, bytes that
/// all hold together, the memory of large messages.
@Suite struct GRPCBoundsTests {
    private static let predict = "/\(Route.predict.path)"

    private static func request(_ id: UInt32, _ message: [UInt8]) -> [UInt8] {
        HTTP2Frames.request(id, path: predict, body: HTTP2Frames.message(message))
    }

    // MARK: - Frames that ask for nothing

    @Test func `a flood of window updates ends the connection with ENHANCE_YOUR_CALM`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.start)
        let update = HTTP2Frames.windowUpdate(0, by: 1)
        let thousand = (0..<1000).flatMap { _ in update }
        var count = 0
        while bench.receive(thousand), count < 100 { count += 1 }
        #expect((9...10).contains(count), "\(count)")
        #expect(bench.goAway == 11)
    }

    @Test func `frames that ask for nothing are paid for by messages and by time`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.start)
        let ping = HTTP2Frames.frame(HTTP2Frames.Kind.ping, [UInt8](repeating: 0, count: 8))
        // Sixteen for every call, as long as one likes.
        for id in 0..<3000 {
            let pings = (0..<16).flatMap { _ in ping }
            #expect(bench.receive(pings + Self.request(UInt32(2 * id + 1), [1])))
        }
        #expect(bench.goAway == nil)
        // And a thousand a second.
        for _ in 0..<30 {
            bench.pass(nanoseconds: 1_000_000_000)
            #expect(bench.receive((0..<1000).flatMap { _ in ping }))
        }
        #expect(bench.goAway == nil)
    }

    @Test func `empty data counts as a frame that asks for nothing, data with something in it does not`() {
        var watch = FrameWatch()
        func idle(_ bytes: [UInt8]) -> Int {
            bytes.withView { watch.take($0, at: MonotonicTime(nanoseconds: 0)) }
            return watch.takeIdleCount()
        }
        #expect(idle(HTTP2Frames.start) == 1)
        #expect(idle(Self.request(1, [1])) == 0)
        #expect(idle(HTTP2Frames.data(1, [], endsStream: false)) == 1)
        #expect(idle(HTTP2Frames.reset(1)) == 1)
        #expect(idle(HTTP2Frames.frame(0x42, [1, 2, 3])) == 1)
    }

    // MARK: - Memory

    @Test func `what all sessions of a worker hold is bounded together`() {
        let held = HeldMemory(byteCountMax: 100_000)
        let pool = GRPCPool(held: held)
        let first = GRPCSessionBench(pool: pool)
        first.answer = { session, call in
            unsafe session.reply(call.stream, byteCount: 1) { unsafe $0.storeBytes(of: 7, as: UInt8.self) }
        }
        let second = GRPCSessionBench(pool: pool)
        let open = HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict), endsStream: false)
        let most = HTTP2Frames.message([UInt8](repeating: 1, count: 90_000))
        first.receive(HTTP2Frames.start + open)
        for start in stride(from: 0, to: 80_000, by: 16_000) {
            first.receive(HTTP2Frames.data(1, Array(most[start..<start + 16_000]), endsStream: false))
        }
        #expect(held.byteCount == 80_000)
        second.receive(HTTP2Frames.start + open)
        second.receive(HTTP2Frames.data(1, Array(most[..<16_000]), endsStream: false))
        second.receive(HTTP2Frames.data(1, Array(most[16_000..<32_000]), endsStream: false))
        #expect(second.replies[1]?.fields["grpc-status"] == "8")
        #expect(
            second.replies[1]?.fields["grpc-message"]?.hasPrefix("the server's connections hold 96000 bytes") == true)
        first.receive(HTTP2Frames.data(1, Array(most[80_000...]), endsStream: true))
        #expect(first.replies[1]?.fields["grpc-status"] == "0")
        #expect(held.byteCount == 0)
    }

    @Test func `a session that dies gives back what it held`() {
        let held = HeldMemory(byteCountMax: 100_000)
        let pool = GRPCPool(held: held)
        do {
            let bench = GRPCSessionBench(pool: pool)
            bench.receive(HTTP2Frames.start)
            bench.receive(HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict), endsStream: false))
            bench.receive(HTTP2Frames.data(1, [UInt8](repeating: 0, count: 5000), endsStream: false))
            #expect(held.byteCount == 5000)
        }
        #expect(held.byteCount == 0)
    }

    @Test func `the memory of a large message serves the next one`() {
        let bench = GRPCSessionBench()
        bench.answer = { session, call in
            unsafe session.reply(call.stream, byteCount: 1) { unsafe $0.storeBytes(of: 7, as: UInt8.self) }
        }
        bench.receive(HTTP2Frames.start)
        var random = SeededRandom(3)
        for (id, count) in [(1, 1_000_000), (3, 900_000), (5, 400), (7, 1_000_000)] as [(UInt32, Int)] {
            let message = random.bytes(count)
            let body = HTTP2Frames.message(message)
            bench.receive(HTTP2Frames.headers(id, HTTP2Frames.requestFields(Self.predict), endsStream: false))
            for start in stride(from: 0, to: body.count, by: 16_000) {
                let end = min(start + 16_000, body.count)
                bench.receive(HTTP2Frames.data(id, Array(body[start..<end]), endsStream: end == body.count))
            }
            #expect(bench.calls.last?.message == message)
            #expect(bench.replies[id]?.fields["grpc-status"] == "0")
            #expect(bench.pool.spare.capacity >= 1_000_000)
        }
    }
}
