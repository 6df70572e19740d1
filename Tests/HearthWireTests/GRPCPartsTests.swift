import CNGHTTP2
import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// The parts of the gRPC session that stand alone: gzip, the boundaries of frames, the engine's memory.
@Suite struct GRPCPartsTests {
    // MARK: - Gzip

    private static func inflate(_ bytes: [UInt8], atMost: Int = 1 << 20) -> [UInt8]? {
        var output = OutputBuffer(capacity: 0)
        let isWhole = bytes.withView { Gzip.inflate($0, atMost: atMost, to: &output) }
        return isWhole ? output.bytes.array : nil
    }

    @Test(arguments: [0, 1, 1000, 65_535, 65_536, 65_537, 300_000])
    func `what was compressed comes back`(byteCount: Int) {
        var random = SeededRandom(1)
        let bytes = random.bytes(byteCount)
        #expect(Self.inflate(GzipSamples.gzip(bytes), atMost: byteCount) == bytes)
        if byteCount > 0 { #expect(Self.inflate(GzipSamples.gzip(bytes), atMost: byteCount - 1) == nil) }
    }

    @Test func `gzip cut anywhere, changed anywhere, or with something behind it is refused`() {
        let bytes = Array("one row, one score, one row, one score, one row".utf8)
        let gzip = GzipSamples.gzip(bytes)
        for count in 0..<gzip.count { #expect(Self.inflate(Array(gzip[..<count])) == nil) }
        #expect(Self.inflate(gzip + [0]) == nil)
        #expect(Self.inflate(gzip + gzip) == nil)
        for place in gzip.indices {
            var changed = gzip
            changed[place] ^= 0x5A
            let result = Self.inflate(changed)
            // A few bytes of a gzip header mean nothing; nothing else may come out.
            #expect(result == nil || result == bytes, "byte \(place)")
        }
    }

    @Test func `a bomb costs no more memory than the limit`() {
        let bomb = GzipSamples.gzip([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 100_000)
        var output = OutputBuffer(capacity: 0)
        let isWhole = bomb.withView { Gzip.inflate($0, atMost: 1 << 20, to: &output) }
        #expect(!isWhole)
        #expect(output.count <= 1 << 20 + 1)
    }

    // MARK: - Boundaries of frames

    private static func watch(_ pieces: [[UInt8]]) -> [Int64?] {
        var watch = FrameWatch()
        return pieces.enumerated().map { index, piece in
            piece.withView { watch.take($0, at: MonotonicTime(nanoseconds: Int64(index))) }
            return watch.partialSince.map { $0 - MonotonicTime(nanoseconds: 0) }
        }
    }

    @Test func `a frame is partial from its first byte to its last`() {
        let ping = HTTP2Frames.frame(HTTP2Frames.Kind.ping, [UInt8](repeating: 0, count: 8))
        #expect(Self.watch([HTTP2Frames.preface]) == [nil])
        #expect(Self.watch([Array(HTTP2Frames.preface[..<3]), Array(HTTP2Frames.preface[3...])]) == [0, nil])
        #expect(
            Self.watch([
                HTTP2Frames.start, Array(ping[..<1]), Array(ping[1..<9]), Array(ping[9..<16]), Array(ping[16...]),
            ])
                == [nil, 1, 1, 1, nil])
        // The second frame begins in the piece in which the first ends.
        #expect(
            Self.watch([HTTP2Frames.start + ping[..<5], Array(ping[5...] + ping[..<4]), Array(ping[4...])]) == [
                0, 1, nil,
            ])
    }

    @Test func `a block of headers is partial until END_HEADERS`() {
        let open = HTTP2Frames.headers(1, [("a", "b")], endsHeaders: false)
        let more = HTTP2Frames.frame(HTTP2Frames.Kind.continuation, stream: 1)
        let last = HTTP2Frames.frame(HTTP2Frames.Kind.continuation, flags: HTTP2Frames.Flags.endHeaders, stream: 1)
        #expect(Self.watch([HTTP2Frames.start, open, more, last, open]) == [nil, 1, 1, nil, 4])
        // The same flag means something else on other frames.
        let data = HTTP2Frames.frame(HTTP2Frames.Kind.data, stream: 1)
        #expect(Self.watch([HTTP2Frames.start + data]) == [nil])
    }

    @Test func `how bytes are cut does not matter at a boundary`() {
        var random = SeededRandom(3)
        let bytes =
            HTTP2Frames.start
            + (0..<50).flatMap { _ in
                HTTP2Frames.frame(
                    HTTP2Frames.Kind.data, stream: 1, random.bytes(Int.random(in: 0...40, using: &random)))
            }
        #expect(Self.watch([bytes]).last == .some(nil))
        #expect(Self.watch(bytes.map { [$0] }).last == .some(nil))
        #expect(Self.watch([Array(bytes.dropLast())]).last == .some(0))
    }

    // MARK: - Memory

    /// Memory as the engine uses it.
    private struct User {
        let memory = HTTP2Memory()

        func take(_ size: Int) -> UnsafeMutableRawPointer? {
            unsafe memory.callbacks.pointee.malloc(size, memory.callbacks.pointee.mem_user_data)
        }
        func zeroed(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
            unsafe memory.callbacks.pointee.calloc(count, size, memory.callbacks.pointee.mem_user_data)
        }
        func resize(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
            unsafe memory.callbacks.pointee.realloc(block, size, memory.callbacks.pointee.mem_user_data)
        }
        func giveBack(_ block: UnsafeMutableRawPointer?) {
            unsafe memory.callbacks.pointee.free(block, memory.callbacks.pointee.mem_user_data)
        }
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 500, 2047, 2048])
    func `a block that is given back is handed out again for its size, aligned`(size: Int) {
        let user = User()
        let first = unsafe user.take(size)
        #expect(unsafe UInt(bitPattern: first) % 16 == 0 && first != nil)
        unsafe user.giveBack(first)
        let second = unsafe user.take(size)
        #expect(unsafe first == second)
        let third = unsafe user.take(size)
        #expect(unsafe third != second)
        unsafe user.giveBack(second)
        unsafe user.giveBack(third)
        unsafe user.giveBack(nil)
    }

    @Test func `zeroed blocks are zero, also when they were used before`() {
        let user = User()
        let used = unsafe user.take(100)
        unsafe used?.initializeMemory(as: UInt8.self, repeating: 0xAA, count: 100)
        unsafe user.giveBack(used)
        let zeroed = unsafe user.zeroed(10, 10)
        #expect(unsafe zeroed == used)
        #expect(unsafe UnsafeRawBufferPointer(start: zeroed, count: 100).allSatisfy { $0 == 0 })
        unsafe user.giveBack(zeroed)
        #expect(unsafe user.zeroed(Int.max, 2) == nil)
        #expect(unsafe user.take(Int.max) == nil)
    }

    @Test func `blocks that grow and shrink keep what they hold`() {
        let user = User()
        var random = SeededRandom(9)
        var block = unsafe user.resize(nil, 1)
        var bytes: [UInt8] = [7]
        unsafe block?.storeBytes(of: 7, as: UInt8.self)
        for _ in 0..<200 {
            let size = Int.random(in: 1...10_000, using: &random)
            unsafe block = unsafe user.resize(block, size)
            bytes = Array(bytes.prefix(size))
            let kept = unsafe Array(UnsafeRawBufferPointer(start: block, count: bytes.count))
            #expect(kept == bytes)
            bytes = random.bytes(size)
            if let block = unsafe block {
                unsafe UnsafeMutableRawBufferPointer(start: block, count: size).copyBytes(from: bytes)
            }
        }
        unsafe user.giveBack(block)
    }
}
