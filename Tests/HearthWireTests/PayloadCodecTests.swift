import CHearthMessages
import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// Messages written by hand, read back by protobuf-c and by the client's reader.
struct PayloadCodecTests {
    private static let values: [Double] = [0, -0.0, 1, -1.5, .nan, .infinity, .leastNonzeroMagnitude, 41.25, 1e300]

    /// Bytes that a codec writes: as many as it said, not one more.
    private static func written(_ byteCount: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: byteCount + 16)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { unsafe write(start) }
        }
        #expect(bytes.suffix(16).allSatisfy { $0 == 0xEE }, "more was written than was announced")
        return Array(bytes.prefix(byteCount))
    }

    private static func view<Value>(_ text: String, _ body: (ByteView) -> Value) -> Value {
        Array(text.utf8).withView(body)
    }

    /// Where values lie; some address when there are none.
    private static func start(_ values: UnsafeBufferPointer<Double>) -> UnsafePointer<Double> {
        unsafe values.baseAddress ?? UnsafePointer(ByteView.empty.start.assumingMemoryBound(to: Double.self))
    }

    private struct Missing: Error {}

    @Test(arguments: [0, 1, 9, 2000])
    func `a predict request written by hand is read by the server's reader`(count: Int) throws {
        let rows = (0..<count).map { Self.values[$0 % Self.values.count] }
        let outputs = ["score_samples", "", "predict"]
        let bytes = Self.view("isolation_forest.stok_seviye") { name in
            Self.view("id_1") { version in
                unsafe rows.withUnsafeBufferPointer { rows in
                    let byteCount = unsafe PredictCodec.requestByteCount(
                        modelName: name, modelVersion: version, columnCount: 300, values: rows, outputs: outputs)
                    return unsafe Self.written(byteCount) {
                        unsafe PredictCodec.writeRequest(
                            modelName: name, modelVersion: version, columnCount: 300, values: rows, outputs: outputs,
                            to: $0)
                    }
                }
            }
        }
        let arena = Arena()
        try bytes.withView { payload in
            let request = try #require(PredictCodec.request(payload, in: arena))
            #expect(request.modelName.text == "isolation_forest.stok_seviye")
            #expect(request.modelVersion.text == "id_1")
            #expect(request.columnCount == 300)
            #expect(unsafe request.values.map(\.bitPattern) == rows.map(\.bitPattern))
            #expect((0..<request.outputCount).map { request.outputName(at: $0).text } == outputs)
        }
    }

    @Test func `a predict request is refused when it is cut, and never read beyond its end`() {
        let whole: [UInt8] = [0x0A, 3, 0x61, 0x2E, 0x62, 0x22, 8, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let arena = Arena()
        for length in 0...whole.count {
            arena.reset()
            let request = Array(whole.prefix(length)).withView { PredictCodec.request($0, in: arena)?.modelName.count }
            let isWhole = length == 0 || length == 5 || length == whole.count
            #expect((request != nil) == isWhole, "\(length) bytes")
        }
    }

    private static let labels = OutputLabels(["normal", "ano\u{00E4}"])
    private static let twoLabels = OutputLabels(["a", "b"])

    @Test(arguments: [0, 1, 300])
    func `a predict reply written by hand is read the same by protobuf-c and by the client`(rowCount: Int) throws {
        let scores = (0..<rowCount * 2).map { Self.values[$0 % Self.values.count] }
        let classes = (0..<rowCount).map { Double($0 % 2) }
        let bytes = Self.view("forest.a") { name in
            Self.view("forest_1") { version in
                Self.view("score") { score in
                    Self.view("label") { label in
                        unsafe scores.withUnsafeBufferPointer { scores in
                            unsafe classes.withUnsafeBufferPointer { classes in
                                let outputs = unsafe [
                                    OutputView(name: score, width: 2, values: Self.start(scores), rowCount: rowCount),
                                    OutputView(
                                        name: label, width: 1, values: Self.start(classes), rowCount: rowCount,
                                        labels: Self.labels),
                                ]
                                let header = ReplyHeader(
                                    modelName: name, modelVersion: version, generation: 7, source: .database)
                                return unsafe outputs.withUnsafeBufferPointer { outputs in
                                    let byteCount = unsafe PredictCodec.replyByteCount(
                                        header, rowCount: rowCount, outputs: outputs)
                                    return unsafe Self.written(byteCount) {
                                        unsafe PredictCodec.writeReply(
                                            header, rowCount: rowCount, outputs: outputs, to: $0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        let message = unsafe try #require(unsafe hearth__v1__predict_response__unpack(nil, bytes.count, bytes))
        defer { unsafe hearth__v1__predict_response__free_unpacked(message, nil) }
        #expect(unsafe String(cString: message.pointee.model_version) == "forest_1")
        #expect(unsafe message.pointee.generation == 7)
        #expect(unsafe message.pointee.source.rawValue == 2)
        #expect(unsafe message.pointee.row_count == UInt32(rowCount))
        #expect(unsafe message.pointee.n_outputs == 2)
        guard let first = unsafe message.pointee.outputs[0] else { throw Missing() }
        #expect(unsafe first.pointee.width == 2)
        let byC = unsafe UnsafeBufferPointer(start: first.pointee.values, count: first.pointee.n_values)
        #expect(unsafe byC.map(\.bitPattern) == scores.map(\.bitPattern))
        guard let second = unsafe message.pointee.outputs[1] else { throw Missing() }
        #expect(unsafe second.pointee.n_labels == rowCount)
        try bytes.withView { payload in
            var reply = try #require(PredictReplyView(payload))
            #expect(reply.modelName.text == "forest.a")
            #expect(reply.modelVersion.text == "forest_1")
            #expect(reply.generation == 7)
            #expect(reply.source == .database)
            #expect(reply.rowCount == rowCount)
            guard let score = reply.nextOutput() else { throw Missing() }
            #expect(score.name.text == "score")
            #expect(score.width == 2)
            #expect((0..<score.valueCount).map { score.value(at: $0).bitPattern } == scores.map(\.bitPattern))
            guard let label = reply.nextOutput() else { throw Missing() }
            #expect(label.labels == (0..<rowCount).map { $0 % 2 == 0 ? "normal" : "ano\u{00E4}" })
            #expect(reply.nextOutput() == nil)
        }
    }

    @Test func `a class index that is no index becomes an empty label`() throws {
        let classes: [Double] = [.nan, -1, 2, 0.5, 1e300, 1]
        let bytes = unsafe classes.withUnsafeBufferPointer { classes -> [UInt8] in
            guard let start = classes.baseAddress else { return [] }
            let outputs = unsafe [
                OutputView(name: ByteView("c"), width: 1, values: start, rowCount: 6, labels: Self.twoLabels)
            ]
            let header = ReplyHeader(modelName: .empty, modelVersion: .empty, generation: 0, source: .file)
            return unsafe outputs.withUnsafeBufferPointer { outputs in
                unsafe Self.written(PredictCodec.replyByteCount(header, rowCount: 6, outputs: outputs)) {
                    unsafe PredictCodec.writeReply(header, rowCount: 6, outputs: outputs, to: $0)
                }
            }
        }
        try bytes.withView { payload in
            var reply = try #require(PredictReplyView(payload))
            #expect(reply.nextOutput()?.labels == ["", "", "", "", "", "b"])
        }
    }

    @Test(arguments: [0, 1, 500])
    func `a detect request and its reply are read back`(count: Int) throws {
        let values = (0..<count).map { Double($0) / 3 }
        let flags = (0..<count).map { UInt8($0 % 5 == 0 ? 1 : 0) }
        let request = Self.view("stok_seviye") { series in
            unsafe values.withUnsafeBufferPointer { values in
                let byteCount = unsafe DetectCodec.requestByteCount(
                    series: series, modelType: ByteView("z_score"), modelVersion: .empty, columnCount: 1, values: values
                )
                return unsafe Self.written(byteCount) {
                    unsafe DetectCodec.writeRequest(
                        series: series, modelType: ByteView("z_score"), modelVersion: .empty, columnCount: 1,
                        values: values, to: $0)
                }
            }
        }
        let arena = Arena()
        try request.withView { payload in
            let view = try #require(DetectCodec.request(payload, in: arena))
            #expect(view.series.text == "stok_seviye")
            #expect(view.modelType.text == "z_score")
            #expect(view.modelVersion.isEmpty)
            #expect(view.columnCount == 1)
            #expect(unsafe Array(view.values) == values)
        }
        let header = ReplyHeader(
            modelName: ByteView("z"), modelVersion: ByteView("z_1"), generation: 1, source: .zscore)
        let reply = unsafe (values + [0]).withUnsafeBufferPointer { values in
            unsafe (flags + [0]).withUnsafeBufferPointer { flags -> [UInt8] in
                guard let scores = values.baseAddress, let anomalies = flags.baseAddress else { return [] }
                let detection = unsafe DetectionView(
                    threshold: 3, scores: scores, anomalies: anomalies, count: count, firstPoint: 23)
                return unsafe Self.written(DetectCodec.replyByteCount(header, detection)) {
                    unsafe DetectCodec.writeReply(header, detection, to: $0)
                }
            }
        }
        let message = unsafe try #require(unsafe hearth__v1__detect_response__unpack(nil, reply.count, reply))
        defer { unsafe hearth__v1__detect_response__free_unpacked(message, nil) }
        #expect(unsafe message.pointee.threshold == 3)
        #expect(unsafe message.pointee.first_point == 23)
        let scoresByC = unsafe UnsafeBufferPointer(start: message.pointee.scores, count: message.pointee.n_scores)
        #expect(unsafe Array(scoresByC) == values)
        #expect(unsafe message.pointee.n_anomalies == count)
        try reply.withView { payload in
            let view = try #require(DetectReplyView(payload))
            #expect(view.count == count)
            #expect(view.source == .zscore)
            #expect(view.threshold == 3)
            #expect(view.firstPoint == 23)
            #expect((0..<count).map { view.isAnomaly(at: $0) } == flags.map { $0 == 1 })
            #expect((0..<count).map { view.score(at: $0) } == values)
        }
    }

    @Test func `random bytes never crash a reader of payloads`() {
        var random = SeededRandom(11)
        let arena = Arena()
        for _ in 0..<20_000 {
            arena.reset()
            var bytes = random.bytes(Int.random(in: 0...80, using: &random))
            // Tags of real fields, so that more than the first byte is looked at.
            if !bytes.isEmpty {
                bytes[0] = [0x0A, 0x12, 0x18, 0x22, 0x2A, 0x32, 0x3A].randomElement(using: &random) ?? 0
            }
            if bytes.count > 1 { bytes[1] = UInt8.random(in: 0...90, using: &random) }
            bytes.withView { view in
                _ = PredictCodec.request(view, in: arena)
                _ = DetectCodec.request(view, in: arena)
                _ = DetectReplyView(view)
                if var reply = PredictReplyView(view) {
                    while let output = reply.nextOutput() {
                        for index in 0..<output.valueCount { _ = output.value(at: index) }
                    }
                }
            }
        }
    }
}
