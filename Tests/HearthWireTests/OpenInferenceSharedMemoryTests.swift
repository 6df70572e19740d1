import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// Requests and replies with tensors in shared memory: what the codec makes of their parameters.
struct OpenInferenceSharedMemoryTests {
    private typealias Input = InferBytes.Input

    private static func place(_ field: UInt8, _ region: String, _ byteCount: Int64, _ offset: Int64 = 0) -> [UInt8] {
        InferBytes.parameter(field, "shared_memory_region", region)
            + InferBytes.parameter(field, "shared_memory_byte_size", byteCount)
            + (offset == 0 ? [] : InferBytes.parameter(field, "shared_memory_offset", offset))
    }

    private static func shared(
        _ name: String = "x", _ datatype: String = "FP64", _ shape: [Int64], _ entries: [UInt8]
    ) -> Input {
        Input(name: name, datatype: datatype, shape: shape, entries: entries)
    }

    /// The rows of a request for a model of columns, read from `memory` by region.
    private static func rows(
        _ bytes: [UInt8], columns count: Int = 2, names: [String] = [], memory: [String: [UInt8]] = [:]
    ) -> Result<[Double], CallFailure> {
        bytes.withView { payload in
            let arena = Arena()
            guard let request = InferCodec.request(payload, in: arena) else {
                return .failure(CallFailure(.internalError, "no request"))
            }
            let columns = InferColumns(modelName: ByteView("m"), count: count, names: names)
            return Result { () throws(CallFailure) in
                let rowCount = try request.rowCount(columns, in: arena)
                let values = unsafe try request.sharedRows(rowCount, columns, in: arena) {
                    (place, buffer) throws(CallFailure) in
                    let bytes = (memory[place.region.text] ?? []).dropFirst(place.offset).prefix(place.byteCount)
                    guard bytes.count == buffer.count else { throw CallFailure(.notFound, place.region.text) }
                    unsafe buffer.copyBytes(from: bytes)
                }
                return unsafe Array(UnsafeBufferPointer(start: values, count: rowCount * count))
            }
        }
    }

    private static func failure(_ inputs: [Input], names: [String] = []) -> CallFailure? {
        guard case .failure(let failure) = rows(InferBytes.request(inputs: inputs), names: names) else { return nil }
        return failure
    }

    @Test func `a matrix is read from its place, converted where it must be`() throws {
        let doubles: [Double] = [1, -0.0, .infinity, 4]
        let memory = ["r": [9, 9, 9] + InferBytes.raw(doubles), "f": InferBytes.raw([Float(0.5), 2])]
        let matrix = InferBytes.request(inputs: [Self.shared("x", "FP64", [2, 2], Self.place(4, "r", 32, 3))])
        #expect(try Self.rows(matrix, memory: memory).get().map(\.bitPattern) == doubles.map(\.bitPattern))
        let floats = InferBytes.request(inputs: [Self.shared("x", "FP32", [1, 2], Self.place(4, "f", 8))])
        #expect(try Self.rows(floats, memory: memory).get() == [0.5, 2])
    }

    @Test func `raw contents belong to the inputs that are not in shared memory`() throws {
        let memory = ["r": InferBytes.raw([1.0, 2])]
        let mixed = InferBytes.request(inputs: [
            Self.shared("b", "FP64", [2], Self.place(4, "r", 16)), .raw("a", "INT8", [2], [Int8(7), 8]),
        ])
        #expect(try Self.rows(mixed, names: ["a", "b"], memory: memory).get() == [7, 1, 8, 2])
        let extra =
            InferBytes.request(inputs: [Self.shared("x", "FP64", [1, 2], Self.place(4, "r", 16))])
            + InferBytes.field(7, [1])
        guard case .failure(let failure) = Self.rows(extra, memory: memory) else {
            Issue.record("taken")
            return
        }
        #expect(
            failure.message
                == "1 raw_input_contents found; one for each of the 0 inputs that are not in shared memory is expected")
    }

    @Test func `parameters that name no place are refused`() {
        let broken: [[UInt8]] = [
            InferBytes.parameter(4, "shared_memory_region", "r"),
            InferBytes.parameter(4, "shared_memory_byte_size", 16),
            Self.place(4, "", 16), Self.place(4, "r", -1), Self.place(4, "r", 16, -8), Self.place(4, "r", .min),
            Self.place(4, "r", 16) + InferBytes.parameter(4, "shared_memory_offset", "8"),
            Self.place(4, "r", 16) + InferBytes.parameter(4, "shared_memory_mode", 8),
            InferBytes.parameter(4, "shared_memory_region", 3) + InferBytes.parameter(4, "shared_memory_byte_size", 16),
        ]
        for entries in broken {
            #expect(
                Self.failure([Self.shared("x", "FP64", [1, 2], entries)])
                    == CallFailure(
                        .invalidArgument,
                        "input 'x' has parameters of shared memory that name no place; expected are "
                            + "shared_memory_region (text), shared_memory_byte_size and, if it is not 0, "
                            + "shared_memory_offset (int64, from 0)"), "\(entries)")
        }
        let output = InferBytes.Wanted(name: "y", entries: InferBytes.parameter(2, "shared_memory_region", "r"))
        guard
            case .failure(let failure) = Self.rows(
                InferBytes.request(inputs: [.raw("x", "FP64", [1, 2], [1.0, 2])], outputs: [output]))
        else {
            Issue.record("taken")
            return
        }
        #expect(failure.message.hasPrefix("output 'y' has parameters of shared memory that name no place"))
    }

    @Test func `a place is as long as the shape asks for, and its input has no contents`() {
        #expect(
            Self.failure([Self.shared("x", "FP64", [1, 2], Self.place(4, "r", 15))])?.message
                == "input 'x' has 15 bytes of shared memory; shape [1, 2] of FP64 takes 16")
        var both = Self.shared("x", "FP64", [1, 2], Self.place(4, "r", 16))
        both.contents = InferBytes.field(7, InferBytes.raw([1.0, 2]))
        #expect(
            Self.failure([both])?.message
                == "input 'x' has 'contents' in a request with shared memory; send all elements in one of the two")
    }

    @Test func `the outline of a request says where outputs are wanted`() throws {
        let bytes = InferBytes.request(
            id: "7", inputs: [Self.shared("x", "FP64", [1, 2], Self.place(4, "r", 16))],
            outputs: [.init(name: "a", entries: Self.place(2, "out", 0, 300)), .init(name: "b")])
        try bytes.withView { payload in
            let request = try #require(InferCodec.request(payload, in: Arena()))
            try InferCodec.outline(of: request).withView { outline in
                let kept = try #require(InferCodec.request(outline, in: Arena()))
                let place = try #require(kept.sharedOutput(at: 0))
                #expect(place.region.text == "out")
                #expect(place.offset == 300)
                #expect(place.byteCount == 0)
                #expect(kept.sharedOutput(at: 1) == nil)
                #expect(kept.usesSharedMemory)
                #expect(!kept.sharesAllOutputs)
                #expect(!kept.isTyped)
            }
        }
    }
}
