import CHearthMessages
import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// Replies to inference that are written by hand, read back by protobuf-c.
struct OpenInferenceReplyTests {
    /// One output as protobuf-c reads it.
    private struct Seen: Equatable {
        var name: String
        var datatype: String
        var shape: [Int64]
        var raw: [UInt8] = []
        var integers: [Int64] = []
        var doubles: [UInt64] = []
        var flags: [Bool] = []
        var texts: [String] = []
    }

    /// One output to write.
    private struct Output {
        var name: StaticString
        var width: Int
        var values: [Double]
        var kind: InferOutputKind
    }

    private static let labels = OutputLabels(["normal", "", "ano\u{00E4}"])

    private static func outputs(_ rowCount: Int) -> [Output] {
        let numbers: [Double] = [0, -0.0, .nan, .infinity, 1e300]
        let places = (0..<rowCount).map { Double($0 % 3) }
        return [
            Output(name: "predict_proba", width: 3, values: (0..<rowCount * 3).map { numbers[$0 % 5] }, kind: .numbers),
            Output(name: "", width: 1, values: (0..<rowCount).map { numbers[$0 % 5] }, kind: .numbers),
            Output(
                name: "predict", width: 1, values: (0..<rowCount).map { $0 % 2 == 0 ? -1 : 1 }, kind: .wholeNumbers),
            Output(name: "classes", width: 1, values: places, kind: .integerClasses([[.min, 0, 300]])),
            Output(name: "flags", width: 1, values: places, kind: .booleanClasses([[false, true, false]])),
            Output(name: "texts", width: 1, values: places, kind: .textClasses(labels)),
        ]
    }

    private static func expected(_ rowCount: Int, isTyped: Bool) -> [Seen] {
        outputs(rowCount).map { output in
            let places = output.values.map { Int(exactly: $0) ?? 0 }
            let shape = [Int64(rowCount)] + (output.width > 1 ? [Int64(output.width)] : [])
            var seen = Seen(name: "\(output.name)", datatype: "\(output.kind.datatype.name)", shape: shape)
            switch output.kind {
            case .numbers: seen.doubles = output.values.map(\.bitPattern)
            case .wholeNumbers: seen.integers = places.map(Int64.init)
            case .integerClasses(let classes): seen.integers = places.map { classes[0][$0] }
            case .booleanClasses(let classes): seen.flags = places.map { classes[0][$0] }
            case .floatClasses(let classes): seen.doubles = places.map { classes[0][$0].bitPattern }
            case .textClasses(let labels): seen.texts = places.map { labels.texts[0][$0] }
            }
            if !isTyped {
                seen.raw =
                    InferBytes.raw(seen.doubles) + InferBytes.raw(seen.integers) + seen.flags.map { $0 ? 1 : 0 }
                    + seen.texts.flatMap { InferBytes.raw([UInt32($0.utf8.count)]) + Array($0.utf8) }
                (seen.doubles, seen.integers, seen.flags, seen.texts) = ([], [], [], [])
            }
            return seen
        }
    }

    /// Writes a reply, or its stream's message, to a request that came `isTyped`.
    private static func written(
        _ outputs: [Output], rowCount: Int, isTyped: Bool, id: String, generation: UInt64, isStreamed: Bool = false
    ) throws -> [UInt8] {
        let arena = Arena(capacity: 64)
        let input =
            isTyped
            ? InferBytes.Input.typed("FP64", [1], 7, InferBytes.raw([1.0])) : .raw("x", "FP64", [1], [1.0])
        return try InferBytes.request(id: id, inputs: [input]).withView { payload in
            let request = try #require(InferCodec.request(payload, in: arena))
            let header = ReplyHeader(
                modelName: ByteView("forest.a"), modelVersion: ByteView("forest_1"), generation: generation,
                source: .database)
            var reply = try #require(
                InferReply(header, to: request, rowCount: rowCount, outputCountMax: outputs.count, in: arena))
            // The values lie where they are until the reply is written.
            let values = unsafe outputs.map { output in
                let copy = UnsafeMutableBufferPointer<Double>.allocate(capacity: output.values.count)
                _ = unsafe copy.initialize(from: output.values)
                return unsafe copy
            }
            defer { unsafe values.forEach { unsafe $0.deallocate() } }
            for (index, output) in outputs.enumerated() {
                guard let start = unsafe values[index].baseAddress else { throw Missing() }
                let isAdded = unsafe reply.append(
                    name: ByteView(output.name), width: output.width, values: start, kind: output.kind)
                #expect(isAdded)
            }
            let byteCount = isStreamed ? InferCodec.streamByteCount(reply) : reply.byteCount
            var bytes = [UInt8](repeating: 0xEE, count: byteCount + 16)
            unsafe bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return }
                if isStreamed { unsafe InferCodec.writeStream(reply, to: start) } else { unsafe reply.write(to: start) }
            }
            #expect(bytes.suffix(16).allSatisfy { $0 == 0xEE }, "more was written than was announced")
            return Array(bytes.prefix(byteCount))
        }
    }

    private struct Missing: Error {}

    private static func seen(_ message: Inference__ModelInferResponse) -> [Seen] {
        (0..<(unsafe message.n_outputs)).compactMap { index in
            guard let output = unsafe message.outputs[index]?.pointee else { return nil }
            var seen = unsafe Seen(
                name: String(cString: output.name), datatype: String(cString: output.datatype),
                shape: Array(UnsafeBufferPointer(start: output.shape, count: output.n_shape)))
            if unsafe index < message.n_raw_output_contents {
                let raw = unsafe message.raw_output_contents[index]
                seen.raw = unsafe Array(UnsafeBufferPointer(start: raw.data, count: raw.len))
            }
            guard let contents = unsafe output.contents?.pointee else { return seen }
            seen.integers = unsafe Array(
                UnsafeBufferPointer(start: contents.int64_contents, count: contents.n_int64_contents))
            seen.doubles = unsafe UnsafeBufferPointer(start: contents.fp64_contents, count: contents.n_fp64_contents)
                .map(\.bitPattern)
            seen.flags = unsafe UnsafeBufferPointer(start: contents.bool_contents, count: contents.n_bool_contents)
                .map { $0 != 0 }
            seen.texts = unsafe UnsafeBufferPointer(start: contents.bytes_contents, count: contents.n_bytes_contents)
                .map { unsafe String(decoding: UnsafeBufferPointer(start: $0.data, count: $0.len), as: UTF8.self) }
            return seen
        }
    }

    @Test(arguments: [1, 2, 300], [false, true])
    func `a reply is read by protobuf-c as it was meant`(rowCount: Int, isTyped: Bool) throws {
        for (id, generation) in [("", UInt64(0)), ("call-7", 300)] {
            let bytes = try Self.written(
                Self.outputs(rowCount), rowCount: rowCount, isTyped: isTyped, id: id, generation: generation)
            let message = unsafe try #require(unsafe inference__model_infer_response__unpack(nil, bytes.count, bytes))
            defer { unsafe inference__model_infer_response__free_unpacked(message, nil) }
            #expect(unsafe String(cString: message.pointee.model_name) == "forest.a")
            #expect(unsafe String(cString: message.pointee.model_version) == "forest_1")
            #expect(unsafe String(cString: message.pointee.id) == id)
            #expect(unsafe message.pointee.n_parameters == 2)
            let source = unsafe try #require(unsafe message.pointee.parameters[0])
            #expect(unsafe String(cString: source.pointee.key) == "source")
            #expect(
                unsafe source.pointee.value.pointee.parameter_choice_case
                    == INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_STRING_PARAM)
            #expect(unsafe String(cString: source.pointee.value.pointee.string_param) == "database")
            let counted = unsafe try #require(unsafe message.pointee.parameters[1])
            #expect(unsafe String(cString: counted.pointee.key) == "generation")
            #expect(
                unsafe counted.pointee.value.pointee.parameter_choice_case
                    == INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_INT64_PARAM)
            #expect(unsafe counted.pointee.value.pointee.int64_param == Int64(generation))
            #expect(unsafe message.pointee.n_raw_output_contents == (isTyped ? 0 : 6))
            #expect(unsafe Self.seen(message.pointee) == Self.expected(rowCount, isTyped: isTyped))
            #expect(unsafe inference__model_infer_response__get_packed_size(message) == bytes.count)
        }
    }

    @Test func `a stream wraps a reply or says why there is none`() throws {
        let bytes = try Self.written(
            Self.outputs(2), rowCount: 2, isTyped: false, id: "a", generation: 1, isStreamed: true)
        let message = unsafe try #require(
            unsafe inference__model_stream_infer_response__unpack(nil, bytes.count, bytes))
        defer { unsafe inference__model_stream_infer_response__free_unpacked(message, nil) }
        #expect(unsafe String(cString: message.pointee.error_message).isEmpty)
        let reply = unsafe try #require(unsafe message.pointee.infer_response)
        #expect(unsafe Self.seen(reply.pointee) == Self.expected(2, isTyped: false))

        let why = ByteView("NOT_FOUND: no model 'größer'")
        var failed = [UInt8](repeating: 0, count: InferCodec.streamByteCount(error: why))
        unsafe failed.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { unsafe InferCodec.writeStream(error: why, to: start) }
        }
        let failure = unsafe try #require(
            unsafe inference__model_stream_infer_response__unpack(nil, failed.count, failed))
        defer { unsafe inference__model_stream_infer_response__free_unpacked(failure, nil) }
        #expect(unsafe String(cString: failure.pointee.error_message) == why.text)
        #expect(unsafe failure.pointee.infer_response == nil)
    }

    @Test(arguments: [-1.0, 3, 0.5, .nan, 1e300])
    func `a class that is none is not written`(value: Double) throws {
        let arena = Arena()
        try InferBytes.request(inputs: [.raw("x", "FP64", [1], [1.0])]).withView { payload in
            let request = try #require(InferCodec.request(payload, in: arena))
            let header = ReplyHeader(modelName: .empty, modelVersion: .empty, generation: 0, source: .file)
            for kind in [
                InferOutputKind.integerClasses([[1, 2, 3]]), .booleanClasses([[true]]), .textClasses(Self.labels),
            ] {
                var reply = try #require(
                    InferReply(header, to: request, rowCount: 1, outputCountMax: 1, in: arena))
                var value = value
                #expect(unsafe !reply.append(name: ByteView("y"), width: 1, values: &value, kind: kind))
            }
            var reply = try #require(InferReply(header, to: request, rowCount: 1, outputCountMax: 0, in: arena))
            var one = 1.0
            #expect(unsafe !reply.append(name: ByteView("y"), width: 1, values: &one, kind: .numbers))
        }
    }
}
