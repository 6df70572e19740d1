import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// Requests for inference: the form that is read by hand against protobuf-c, and hostile forms against both.
struct OpenInferenceRequestTests {
    /// A request as plain values.
    private struct Seen: Equatable {
        struct Input: Equatable {
            var name: String
            var datatype: String
            var shape: [Int64]
            var raw: [UInt8]
            var isTyped: Bool
            var usesSharedMemory: Bool
        }

        var modelName: String
        var modelVersion: String
        var id: String
        var inputs: [Input]
        var outputs: [String]
        var rawCount: Int

        init(_ view: InferRequestView) {
            modelName = view.modelName.text
            modelVersion = view.modelVersion.text
            id = view.id.text
            inputs = (0..<view.inputCount).map { index in
                let input = unsafe view.inputs[index]
                return unsafe Input(
                    name: input.name.text, datatype: input.datatypeName.text, shape: Array(input.shape),
                    raw: input.raw.array, isTyped: input.contents != nil, usesSharedMemory: input.shared != nil)
            }
            outputs = (0..<view.outputCount).map { view.outputName(at: $0).text }
            rawCount = view.rawCount
        }
    }

    private static func byHand(_ bytes: [UInt8]) -> Seen? {
        let arena = Arena(capacity: 64)
        return bytes.withView { InferCodec.usualRequest($0, in: arena).map(Seen.init) }
    }

    private static func byProtobufC(_ bytes: [UInt8]) -> Seen? {
        let arena = Arena(capacity: 64)
        return bytes.withView { InferCodec.anyRequest($0, in: arena).map(Seen.init) }
    }

    private static func randomInput(_ random: inout SeededRandom) -> InferBytes.Input {
        let datatype = ["FP64", "FP32", "INT64", "BYTES", ""].randomElement(using: &random) ?? ""
        let shape: [Int64] = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            [0, 1, 2, 300, -1, .max].randomElement(using: &random) ?? 0
        }
        return InferBytes.Input(
            name: random.text(12), datatype: datatype, shape: shape,
            raw: random.bytes(Int.random(in: 0...40, using: &random)))
    }

    private static func randomRequest(_ random: inout SeededRandom) -> [UInt8] {
        InferBytes.request(
            model: random.text(20), version: random.text(10), id: random.text(5),
            inputs: (0..<Int.random(in: 1...4, using: &random)).map { _ in randomInput(&random) },
            outputs: (0..<Int.random(in: 0...3, using: &random)).map { _ in .init(name: random.text(8)) },
            rawFirst: Bool.random(using: &random))
    }

    @Test func `usual requests are read by hand as protobuf-c reads them`() {
        var random = SeededRandom(41)
        for _ in 0..<3000 {
            let bytes = Self.randomRequest(&random)
            let seen = Self.byHand(bytes)
            #expect(seen != nil)
            #expect(seen == Self.byProtobufC(bytes))
        }
    }

    @Test func `cut and changed requests that are read by hand are read the same by protobuf-c`() {
        var random = SeededRandom(42)
        var readCount = 0
        for _ in 0..<3000 {
            var bytes = Self.randomRequest(&random)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                // No NUL: text of protobuf-c ends there.
                bytes[place] = UInt8.random(in: 1...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            guard let seen = Self.byHand(bytes) else { continue }
            readCount += 1
            #expect(seen == Self.byProtobufC(bytes), "\(bytes)")
        }
        #expect(readCount > 100)
    }

    @Test func `a request is refused when it is cut, and never read beyond its end`() {
        let whole = InferBytes.request(
            model: "forest.a", id: "7", inputs: [.raw("x", "FP32", [2, 3], [Float](repeating: 1, count: 6))],
            outputs: [.init(name: "predict")])
        let columns = 3
        for length in 0..<whole.count {
            let rows = InferBytes.rows(Array(whole.prefix(length)), columns: columns)
            #expect((try? rows.get()) == nil, "\(length) bytes")
        }
        #expect((try? InferBytes.rows(whole, columns: columns).get())?.count == 2)
    }

    @Test func `unusual forms are left to protobuf-c and mean the same`() throws {
        let usual = InferBytes.Input.raw("x", "FP64", [1, 2], [1.5, -2])
        var unpacked = usual
        unpacked.packsShape = false
        var parametrized = usual
        parametrized.parameters = ["anything"]
        let forms = [
            InferBytes.request(inputs: [unpacked]), InferBytes.request(inputs: [parametrized]),
            InferBytes.request(inputs: [usual], parameters: ["priority", "timeout"]),
            InferBytes.request(inputs: [usual]) + InferBytes.field(1, Array("other".utf8)),
            InferBytes.request(inputs: [usual]) + [0x98, 0x06, 1],
        ]
        for bytes in forms {
            #expect(Self.byHand(bytes) == nil)
            #expect(try InferBytes.rows(bytes, columns: 2).get() == .init(count: 1, values: [1.5, -2]))
        }
    }

    @Test func `the outline of a request keeps what its reply needs`() throws {
        let inputs = [InferBytes.Input.raw("x", "FP64", [1, 1], [1.0])]
        let outputs = [InferBytes.Wanted(name: "predict"), .init(name: ""), .init(name: "score_samples")]
        for (bytes, isTyped) in [
            (InferBytes.request(id: "id-7", inputs: inputs, outputs: outputs), false),
            (
                InferBytes.request(
                    id: "id-7", inputs: [.typed("FP64", [1], 7, InferBytes.raw([1.0]))], outputs: outputs), true
            ),
            (InferBytes.request(inputs: inputs), false),
            (InferBytes.request(inputs: [.typed("FP64", [1], 7, InferBytes.raw([1.0]))]), true),
        ] {
            let arena = Arena()
            try bytes.withView { payload in
                let request = try #require(InferCodec.request(payload, in: arena))
                #expect(request.isTyped == isTyped)
                let outline = InferCodec.outline(of: request)
                try outline.withView { view in
                    let again = try #require(InferCodec.request(view, in: arena))
                    #expect(again.isTyped == isTyped)
                    #expect(again.id.text == request.id.text)
                    #expect(
                        (0..<again.outputCount).map { again.outputName(at: $0).text }
                            == (0..<request.outputCount).map { request.outputName(at: $0).text })
                }
            }
        }
    }

    @Test func `random bytes never crash a reader of requests`() {
        var random = SeededRandom(43)
        let arena = Arena()
        for _ in 0..<20_000 {
            var bytes = random.bytes(Int.random(in: 0...80, using: &random))
            if !bytes.isEmpty {
                bytes[0] = [0x0A, 0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A].randomElement(using: &random) ?? 0
            }
            if bytes.count > 1 { bytes[1] = UInt8.random(in: 0...90, using: &random) }
            _ = InferBytes.rows(bytes, columns: 2, names: ["a", "b"], arena: arena)
        }
    }

    @Test func `a message of nothing but inputs is refused instead of taking all memory`() {
        let bytes = [UInt8](repeating: 0, count: 4 << 20).enumerated().map { $0.offset % 2 == 0 ? UInt8(0x2A) : 0 }
        let arena = Arena()
        let rows = InferBytes.rows(bytes, columns: 1, arena: arena)
        #expect((try? rows.get()) == nil)
        #expect(arena.heldByteCount <= Arena.byteCountMax)
    }
}
