import HearthCore
import HearthTestSupport
import HearthWire
import Testing

struct FrameDecoderTests {
    /// What a decoder made of a stream of bytes.
    enum Seen: Equatable {
        case frame(FrameHeader, [UInt8])
        case oversized(FrameHeader)
        case notFrames
    }

    /// Feeds `bytes` in pieces of `pieceByteCount`, keeping what was not consumed, as a connection does.
    static func decode(_ bytes: [UInt8], pieceByteCount: Int, dataByteCountMax: Int = 4 << 20) -> [Seen] {
        var decoder = FrameDecoder(dataByteCountMax: dataByteCountMax)
        var input = OutputBuffer(capacity: 16)
        var seen: [Seen] = []
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(bytes.count, offset + pieceByteCount)])
            piece.withView { input.append($0) }
            offset += piece.count
            reading: while true {
                let (step, consumed) = decoder.next(in: input.bytes)
                switch step {
                case .frame(let header, let data): seen.append(.frame(header, data.array))
                case .oversized(let header): seen.append(.oversized(header))
                case .notFrames: return seen + [.notFrames]
                case .needMore(let missing):
                    #expect(missing > 0)
                    input.drop(consumed)
                    break reading
                }
                input.drop(consumed)
            }
        }
        return seen
    }

    static let stream =
        frameBytes(streamID: 1, data: [1, 2, 3]) + frameBytes(streamID: 3, type: 2, data: [])
        + frameBytes(streamID: 5, type: 3, flags: 1, data: Array(repeating: 7, count: 300))

    static let expected: [Seen] = [
        .frame(FrameHeader(dataLength: 3, streamID: 1, type: 1), [1, 2, 3]),
        .frame(FrameHeader(dataLength: 0, streamID: 3, type: 2), []),
        .frame(FrameHeader(dataLength: 300, streamID: 5, type: 3, flags: 1), Array(repeating: 7, count: 300)),
    ]

    @Test func `frames are read whole`() {
        #expect(Self.decode(Self.stream, pieceByteCount: Self.stream.count) == Self.expected)
    }

    @Test(arguments: [1, 2, 3, 7, 9, 10, 11, 64])
    func `frames are read from pieces of any length`(pieceByteCount: Int) {
        #expect(Self.decode(Self.stream, pieceByteCount: pieceByteCount) == Self.expected)
    }

    @Test func `a stream that ends at any byte gives the frames before it and asks for more`() {
        for length in 0..<Self.stream.count {
            let seen = Self.decode(Array(Self.stream.prefix(length)), pieceByteCount: 13)
            #expect(seen == Array(Self.expected.prefix(seen.count)))
            #expect(seen.count < Self.expected.count)
        }
    }

    @Test func `what is missing is named to the byte`() {
        let bytes = frameBytes(streamID: 1, data: Array(repeating: 0, count: 20))
        for length in 0..<bytes.count {
            var decoder = FrameDecoder()
            let (step, consumed) = Array(bytes.prefix(length)).withView { decoder.next(in: $0) }
            guard case .needMore(let missing) = step else {
                Issue.record("\(length) bytes of \(bytes.count) gave \(step)")
                continue
            }
            #expect(consumed == 0)
            #expect(missing == (length < 10 ? 10 - length : bytes.count - length))
        }
    }

    @Test(arguments: [1, 5, 16, 17, 1000])
    func `a frame over the cap is reported once, skipped, and the next one is read`(pieceByteCount: Int) {
        let large = frameBytes(streamID: 7, data: Array(repeating: 9, count: 17))
        let seen = Self.decode(
            large + Self.stream + large + large + Self.stream, pieceByteCount: pieceByteCount, dataByteCountMax: 16
        ).filter {
            // The stream's third frame is over this cap as well.
            if case .frame = $0 { true } else { $0 == .oversized(FrameHeader(dataLength: 17, streamID: 7, type: 1)) }
        }
        let oversized = Seen.oversized(FrameHeader(dataLength: 17, streamID: 7, type: 1))
        #expect(
            seen == [oversized] + Self.expected.prefix(2) + [oversized, oversized] + Self.expected.prefix(2))
    }

    @Test func `a frame of exactly the cap is read`() {
        let bytes = frameBytes(streamID: 1, data: Array(repeating: 9, count: 16))
        #expect(
            Self.decode(bytes, pieceByteCount: 100, dataByteCountMax: 16)
                == [.frame(FrameHeader(dataLength: 16, streamID: 1, type: 1), Array(repeating: 9, count: 16))])
    }

    @Test(arguments: [UInt8(1), 0x50, 0x80, 0xFF])
    func `bytes that do not start with zero are no frames`(first: UInt8) {
        #expect(Self.decode([first], pieceByteCount: 1) == [.notFrames])
        #expect(Self.decode(Self.stream + [first, 0, 0, 0], pieceByteCount: 50) == Self.expected + [.notFrames])
    }

    @Test func `random bytes never make it read beyond what it was given`() {
        var random = SeededRandom(7)
        for round in 0..<3000 {
            var bytes = random.bytes(Int.random(in: 0...200, using: &random))
            // Most first bytes would end it at once; a zero lets it go on.
            for index in bytes.indices where index % 10 < 2 && round % 3 != 0 { bytes[index] = 0 }
            var decoder = FrameDecoder(dataByteCountMax: Int.random(in: 0...100, using: &random))
            bytes.withView { view in
                var rest = view
                for _ in 0..<500 {
                    let (step, consumed) = decoder.next(in: rest)
                    #expect(consumed >= 0 && consumed <= rest.count)
                    if case .frame(let header, let data) = step { #expect(data.count == Int(header.dataLength)) }
                    rest = rest.dropping(consumed)
                    if case .needMore = step { break }
                    if case .notFrames = step { break }
                }
            }
        }
    }
}
