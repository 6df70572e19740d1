import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// The session by hand-made frames, without a socket: how bytes are cut, what is broken, and that nothing is kept.
@Suite struct GRPCSessionTests {
    private static let predict = "/\(Route.predict.path)"
    private static let watch = "/\(Route.watch.path)"
    private static let stream = "/\(Route.modelStreamInfer.path)"

    private static func request(_ id: UInt32, _ message: [UInt8], path: String = predict) -> [UInt8] {
        HTTP2Frames.request(id, path: path, body: HTTP2Frames.message(message))
    }

    /// A conversation with most kinds of frames in it: three calls, a ping, a window, a call given up.
    private static let conversation =
        HTTP2Frames.start + request(1, [1, 2, 3]) + HTTP2Frames.frame(HTTP2Frames.Kind.ping, [0, 1, 2, 3, 4, 5, 6, 7])
        + HTTP2Frames.headers(3, HTTP2Frames.requestFields(predict, [("grpc-timeout", "1S")]), endsHeaders: true)
        + HTTP2Frames.windowUpdate(0, by: 1000) + HTTP2Frames.data(3, HTTP2Frames.message([4]), endsStream: false)
        + HTTP2Frames.headers(5, HTTP2Frames.requestFields("/no/Call"), endsStream: true)
        + HTTP2Frames.headers(7, HTTP2Frames.requestFields(predict)) + HTTP2Frames.reset(7)
        + HTTP2Frames.data(3, []) + request(9, [])

    private static func expectNothingKept(
        _ bench: GRPCSessionBench, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(bench.session.streams.isEmpty, sourceLocation: location)
        #expect(bench.session.heldByteCount == 0, sourceLocation: location)
        #expect(bench.session.isIdle, sourceLocation: location)
        #expect(!bench.session.isOwed, sourceLocation: location)
    }

    private static func expectConversation(
        _ bench: GRPCSessionBench, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            bench.calls == [
                .init(stream: 1, route: .predict, message: [1, 2, 3], timeoutNanoseconds: nil),
                .init(stream: 3, route: .predict, message: [4], timeoutNanoseconds: 1_000_000_000),
                .init(stream: 9, route: .predict, message: [], timeoutNanoseconds: nil),
            ], sourceLocation: location)
        let usual = [":status": "200", "content-type": "application/grpc", "grpc-status": "0"]
        for (id, message) in [1: [1, 2, 3], 3: [4], 9: []] as [UInt32: [UInt8]] {
            let expected = GRPCSessionBench.Reply(fields: usual, data: HTTP2Frames.message(message), hasEnded: true)
            #expect(bench.replies[id] == expected, sourceLocation: location)
        }
        #expect(bench.replies[5]?.fields["grpc-status"] == "12", sourceLocation: location)
        #expect(bench.replies[5]?.fields["grpc-message"] == "there is no call 'no/Call' here", sourceLocation: location)
        #expect(bench.cancelled == [7], sourceLocation: location)
        #expect(bench.session.refusedCallCount == 1, sourceLocation: location)
        expectNothingKept(bench, location)
    }

    // MARK: - How bytes are cut

    @Test(arguments: [1, 2, 3, 9, 10, 100, 100_000])
    func `a conversation is the same however its bytes are cut`(piece: Int) {
        let bench = GRPCSessionBench()
        let bytes = Self.conversation
        for start in stride(from: 0, to: bytes.count, by: piece) {
            #expect(bench.receive(Array(bytes[start..<min(bytes.count, start + piece)])))
        }
        Self.expectConversation(bench)
    }

    @Test func `a conversation cut off anywhere is awaited, and its memory given back`() {
        let pool = GRPCPool()
        for count in 1..<Self.conversation.count {
            let bench = GRPCSessionBench(pool: pool)
            #expect(bench.receive(Array(Self.conversation[..<count])))
            #expect(bench.goAway == nil)
            #expect(bench.calls.count <= 3)
        }
        // The pool's streams carry nothing over.
        let bench = GRPCSessionBench(pool: pool)
        #expect(bench.receive(Self.conversation))
        Self.expectConversation(bench)
    }

    @Test func `damaged conversations end in order and keep nothing`() {
        var random = SeededRandom(11)
        let pool = GRPCPool()
        for _ in 0..<3000 {
            let bench = GRPCSessionBench(pool: pool)
            var bytes = Self.conversation
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: bytes.remove(at: place)
                }
            }
            let goesOn = bench.receive(bytes)
            #expect(bench.session.heldByteCount >= 0)
            guard goesOn, !bench.session.isFinished else { continue }
            // Whatever is still open is ended by the clock, and nothing stays.
            bench.pass(nanoseconds: 60_000_000_000)
            bench.pass(nanoseconds: 60_000_000_000)
            #expect(bench.session.isFinished || (bench.session.streams.isEmpty && bench.session.heldByteCount == 0))
        }
        let bench = GRPCSessionBench(pool: pool)
        #expect(bench.receive(Self.conversation))
        Self.expectConversation(bench)
    }

    @Test func `noise is no HTTP/2`() {
        let bench = GRPCSessionBench()
        #expect(!bench.receive(Array("POST / HTTP/1.1\r\n\r\n".utf8)))
        #expect(bench.session.isOtherProtocol && bench.session.isFinished)
        #expect(!bench.receive(Self.conversation))
        #expect(bench.calls.isEmpty)
    }

    // MARK: - Memory

    @Test func `a session that ends within calls gives its streams back as new`() {
        let pool = GRPCPool()
        for _ in 0..<3 {
            let bench = GRPCSessionBench(pool: pool)
            bench.answer = nil
            bench.receive(HTTP2Frames.start + Self.request(1, [1]))
            bench.receive(HTTP2Frames.headers(3, HTTP2Frames.requestFields(Self.predict)))
            bench.receive(HTTP2Frames.data(3, [0, 0, 0], endsStream: false))
            #expect(bench.session.streams.count == 2)
            #expect(bench.session.isOwed)
        }
        let bench = GRPCSessionBench(pool: pool)
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict)))
        #expect(bench.session.isOwed)
        bench.receive(HTTP2Frames.data(1, HTTP2Frames.message([5])))
        #expect(bench.calls.map(\.message) == [[5]])
        Self.expectNothingKept(bench)
    }

    @Test func `bytes that are held are counted until they are gone`() {
        var limits = GRPCLimits()
        limits.heldByteCountMax = 100
        let bench = GRPCSessionBench(limits)
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict)))
        bench.receive(HTTP2Frames.data(1, [0, 0, 0, 0, 60] + [UInt8](repeating: 1, count: 40), endsStream: false))
        #expect(bench.session.heldByteCount == 45)
        bench.receive(Self.request(3, [UInt8](repeating: 2, count: 60)))
        #expect(bench.replies[3]?.fields["grpc-status"] == "8")
        #expect(
            bench.replies[3]?.fields["grpc-message"]
                == "this connection's requests and untaken replies have 45 B; 100 B are the most at once; send fewer "
                + "at the same time")
        #expect(bench.session.heldByteCount == 45)
        bench.receive(HTTP2Frames.reset(1))
        Self.expectNothingKept(bench)
        #expect(bench.cancelled == [1])
    }

    @Test func `replies wait for windows, and leave nothing behind when they are given up`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.preface + HTTP2Frames.settings([(4, 10)]))
        let message = [UInt8](repeating: 7, count: 50)
        bench.receive(Self.request(1, message) + Self.request(3, message))
        #expect(bench.replies[1]?.data.count == 10)
        #expect(bench.replies[3]?.data.count == 10)
        #expect(bench.session.heldByteCount == 90)
        #expect(bench.session.isOwed)
        bench.receive(HTTP2Frames.windowUpdate(1, by: 44))
        #expect(bench.replies[1]?.data.count == 54)
        bench.receive(HTTP2Frames.windowUpdate(1, by: 1))
        #expect(bench.replies[1]?.fields["grpc-status"] == "0")
        bench.receive(HTTP2Frames.reset(3))
        Self.expectNothingKept(bench)
    }

    // MARK: - Kinds of calls

    @Test func `a call with many replies goes on until it is ended`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        bench.receive(HTTP2Frames.start + Self.request(1, [1], path: Self.watch))
        for byte in [5, 6] as [UInt8] { [byte].withView { bench.session.push(1, $0) } }
        bench.settle()
        #expect(bench.replies[1]?.data == HTTP2Frames.message([5]) + HTTP2Frames.message([6]))
        #expect(bench.replies[1]?.hasEnded == false)
        #expect(!bench.session.isOwed)
        bench.session.fail(1, .unavailable, ByteView("the server is stopping"))
        bench.settle()
        #expect(bench.replies[1]?.fields["grpc-status"] == "14")
        #expect(bench.replies[1]?.hasEnded == true)
        Self.expectNothingKept(bench)
        [9].withView { bench.session.push(1, $0) }
        Self.expectNothingKept(bench)
    }

    @Test func `messages of a stream are handed out one after the other, each when the one before is answered`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        let messages = (0..<3).flatMap { HTTP2Frames.message([UInt8($0)]) }
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.stream)))
        bench.receive(HTTP2Frames.data(1, Array(messages.dropLast(2)), endsStream: false))
        for index in 0..<3 {
            #expect(bench.calls.map(\.message) == (0...index).map { [UInt8($0)] })
            unsafe bench.session.reply(1, byteCount: 1) { unsafe $0.storeBytes(of: 9, as: UInt8.self) }
            if index == 1 { bench.receive(HTTP2Frames.data(1, Array(messages.suffix(2)))) } else { bench.settle() }
        }
        #expect(bench.replies[1]?.data.count == 18)
        #expect(bench.replies[1]?.fields["grpc-status"] == "0")
        Self.expectNothingKept(bench)
    }

    @Test func `a stream of messages that ends within one is refused`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.stream)))
        bench.receive(HTTP2Frames.data(1, HTTP2Frames.message([1]) + [0, 0]))
        #expect(bench.calls.map(\.message) == [[1]])
        #expect(bench.replies[1]?.data == HTTP2Frames.message([1]))
        #expect(bench.replies[1]?.fields["grpc-status"] == "3")
        #expect(bench.replies[1]?.fields["grpc-message"] == "the last message of the stream is not whole")
        Self.expectNothingKept(bench)
    }

    @Test func `an answer to a call that is gone goes nowhere`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        bench.receive(HTTP2Frames.start + Self.request(1, [1]) + HTTP2Frames.reset(1))
        #expect(bench.cancelled == [1])
        unsafe bench.session.reply(1, byteCount: 0) { _ in }
        bench.session.fail(1, .notFound, ByteView("late"))
        bench.session.fail(77, .notFound, ByteView("nobody's"))
        bench.settle()
        #expect(bench.replies[1] == nil && bench.replies[77] == nil)
        Self.expectNothingKept(bench)
    }

    @Test func `trailers of a request are in order, other fields behind the data are not`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict)))
        bench.receive(HTTP2Frames.data(1, HTTP2Frames.message([1]), endsStream: false))
        bench.receive(HTTP2Frames.headers(1, [("x-checksum", "1")], endsStream: true))
        #expect(bench.replies[1]?.fields["grpc-status"] == "0")
        bench.receive(HTTP2Frames.headers(3, HTTP2Frames.requestFields(Self.predict)))
        bench.receive(HTTP2Frames.headers(3, [("x-checksum", "1")]))
        #expect(bench.replies[3]?.resetCode == 1)
        Self.expectNothingKept(bench)
    }

    // MARK: - Stalls and the end

    @Test func `what the client owes is called in after its time, call by call`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.predict)))
        bench.pass(nanoseconds: 20_000_000_000)
        bench.receive(HTTP2Frames.headers(3, HTTP2Frames.requestFields(Self.predict)))
        bench.receive(Self.request(5, [1]))
        bench.pass(nanoseconds: 10_000_000_000)
        #expect(bench.replies[1]?.fields["grpc-status"] == "4")
        #expect(
            bench.replies[1]?.fields["grpc-message"]
                == "the request was not complete within 30000 ms; send it whole")
        #expect(bench.replies[1]?.resetCode == 0)
        #expect(bench.replies[3] == nil)
        bench.pass(nanoseconds: 20_000_000_000)
        #expect(bench.replies[3]?.fields["grpc-status"] == "4")
        // The call that waits for an answer of ours is no debt.
        bench.pass(nanoseconds: 3_600_000_000_000)
        #expect(bench.session.streams.map(\.id) == [5])
        #expect(!bench.session.isOwed)
    }

    @Test func `a stream of messages may be silent between them, but not within one`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        bench.receive(HTTP2Frames.start + HTTP2Frames.headers(1, HTTP2Frames.requestFields(Self.stream)))
        #expect(!bench.session.isOwed)
        bench.pass(nanoseconds: 3_600_000_000_000)
        bench.receive(HTTP2Frames.data(1, HTTP2Frames.message([1]) + [0, 0], endsStream: false))
        // The rest is owed from the moment on at which it could be handed out.
        #expect(!bench.session.isOwed)
        bench.pass(nanoseconds: 3_600_000_000_000)
        unsafe bench.session.reply(1, byteCount: 0) { _ in }
        bench.settle()
        #expect(bench.session.isOwed)
        #expect(bench.replies[1]?.hasEnded == false)
        bench.pass(nanoseconds: 30_000_000_000)
        #expect(bench.calls.map(\.message) == [[1]])
        #expect(bench.replies[1]?.fields["grpc-status"] == "4")
        #expect(bench.cancelled == [1])
        Self.expectNothingKept(bench)
    }

    @Test func `a call with many replies that are not taken is given up, and who answers it is told`() {
        let bench = GRPCSessionBench()
        bench.answer = nil
        bench.receive(HTTP2Frames.preface + HTTP2Frames.settings([(4, 0)]) + Self.request(1, [], path: Self.watch))
        [1].withView { bench.session.push(1, $0) }
        bench.settle()
        #expect(bench.session.isOwed)
        bench.pass(nanoseconds: 30_000_000_000)
        #expect(bench.replies[1]?.resetCode == 8)
        #expect(bench.cancelled == [1])
        Self.expectNothingKept(bench)
    }

    @Test func `the end is announced, and calls that were on their way are answered`() {
        let bench = GRPCSessionBench()
        bench.receive(HTTP2Frames.start)
        bench.session.announceEnd()
        bench.settle()
        #expect(bench.goAway == 0)
        #expect(!bench.session.isFinished)
        bench.receive(Self.request(1, [1]))
        #expect(bench.replies[1]?.fields["grpc-status"] == "0")
        bench.session.refuseNewCalls()
        bench.settle()
        bench.receive(Self.request(3, [1]))
        #expect(bench.replies[3] == nil)
        #expect(bench.session.isFinished)
        Self.expectNothingKept(bench)
    }
}
