import HearthCore
import HearthWire
import Testing

/// The exact words of the refusals of frames; those of calls are tested over both lanes in `Lanes/`.
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

    static let cases: [Case] = [
        Case(
            "a frame that is no Request", Frames.raw(stream: 1, [0x0A, 0xFF]), .invalidArgument,
            "the frame holds no ttrpc Request message"),
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
    ]

    @Test(arguments: cases)
    func `a frame that cannot be answered is refused in exact words, and the connection goes on`(
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
