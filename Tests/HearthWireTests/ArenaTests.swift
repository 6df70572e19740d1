import HearthCore
import HearthTestSupport
import HearthWire
import Testing

struct ArenaTests {
    /// A predict request whose field 5 holds so many empty texts: two bytes each on the wire, sixteen and more
    /// unpacked.
    private static func hostileRequest(emptyTextCount: Int) -> [UInt8] {
        (0..<emptyTextCount).flatMap { _ in [0x2A, 0x00] as [UInt8] }
    }

    @Test func `a message that unpacks to more than the arena may hold is refused`() {
        let arena = Arena(capacity: 1024)
        let isRead = Self.hostileRequest(emptyTextCount: 2_000_000).withView {
            PredictCodec.request($0, in: arena) != nil
        }
        #expect(!isRead)
        #expect(arena.heldByteCount <= Arena.byteCountMax)
    }

    @Test func `memory above what is kept goes back at the reset`() {
        let arena = Arena(capacity: 1024, keptByteCountMax: 1 << 20)
        let count = Self.hostileRequest(emptyTextCount: 200_000).withView {
            PredictCodec.request($0, in: arena)?.outputCount
        }
        #expect(count == 200_000)
        #expect(arena.heldByteCount > 1 << 20)
        arena.reset()
        #expect(arena.heldByteCount <= 1 << 20)
    }

    @Test func `it is as large as before after many requests that fit`() {
        let arena = Arena(capacity: 1024)
        let request = Self.hostileRequest(emptyTextCount: 500)
        var sizes: Set<Int> = []
        for round in 0..<1000 {
            arena.reset()
            #expect(request.withView { PredictCodec.request($0, in: arena)?.outputCount } == 500)
            if round > 10 { sizes.insert(arena.heldByteCount) }
        }
        #expect(sizes.count == 1)
    }

    @Test func `values are aligned wherever they lay in the frame`() throws {
        let arena = Arena(capacity: 64)
        for nameByteCount in 0..<16 {
            arena.reset()
            let name = [UInt8](repeating: 0x61, count: nameByteCount)
            let bytes: [UInt8] = [0x0A, UInt8(nameByteCount)] + name + [0x22, 16] + [UInt8](repeating: 1, count: 16)
            try bytes.withView { payload in
                let request = try #require(PredictCodec.request(payload, in: arena))
                let address = unsafe Int(bitPattern: request.values.baseAddress)
                #expect(address % 8 == 0)
                #expect(unsafe request.values.count == 2)
            }
        }
    }
}

struct OutputBufferTests {
    @Test func `what is appended is taken in order, whatever the sizes`() {
        var random = SeededRandom(21)
        var buffer = OutputBuffer(capacity: 16)
        var expected: [UInt8] = []
        for _ in 0..<5000 {
            let bytes = random.bytes(Int.random(in: 0...100, using: &random))
            bytes.withView { buffer.append($0) }
            expected += bytes
            let dropped = Int.random(in: 0...min(expected.count, 110), using: &random)
            buffer.drop(dropped)
            expected.removeFirst(dropped)
            #expect(buffer.bytes.array == expected)
        }
        let more: [UInt8] = [1, 2, 3, 4, 5, 6]
        more.withView { buffer.append($0) }
        expected += more
        buffer.drop(expected.count / 2)
        buffer.truncate(to: 3)
        let count = buffer.count
        #expect(count == 3)
        #expect(buffer.bytes.array == Array(expected.dropFirst(expected.count / 2).prefix(3)))
        buffer.shrink(to: 16)
        let countKept = buffer.count
        #expect(countKept == 3)
        buffer.removeAll()
        buffer.shrink(to: 16)
        let isEmpty = buffer.isEmpty
        #expect(isEmpty)
    }
}

struct RouteTests {
    @Test(arguments: Route.allCases)
    func `every route is found by its service and method, and only by them`(route: Route) {
        let service = ByteView(route.service)
        let method = ByteView(route.method)
        #expect(Route(service: service, method: method) == route)
        #expect(Route(service: service, method: method.dropping(1)) == nil)
        #expect(Route(service: method, method: service) == nil)
        #expect(Route(service: .empty, method: method) == nil)
        #expect(Route(service: service, method: .empty) == nil)
    }
}
