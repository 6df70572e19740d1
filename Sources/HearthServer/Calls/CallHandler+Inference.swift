import HearthCore
import HearthKernels
import HearthMetrics
import HearthModel
import HearthServing
import HearthWire

/// `Predict` and `Detect`, and what all calls that ask a model share.
extension CallHandler {
    /// Answers a call from memory, or parks it.
    ///
    /// - Parameter loaded: the entry that a parked call waited for; nil to look it up.
    @inline(__always)
    func infer(_ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, _ output: inout OutputBuffer) {
        defer { context.arena.reset() }
        do throws(CallFailure) {
            switch call.route {
            case .predict: try predict(call, payload, loaded, &output)
            case .detect: try detect(call, payload, loaded, &output)
            default: try modelInfer(call, payload, loaded, &output)
            }
        } catch {
            fail(call, error, &output)
        }
    }

    private func predict(
        _ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard let request = PredictCodec.request(payload, in: context.arena) else {
            throw CallFailure(.invalidArgument, "the payload is no hearth.v1.PredictRequest")
        }
        guard
            let entry = try entry(
                call, payload, loaded, name: request.modelName, version: request.modelVersion, &output)
        else { return }
        // The reply is written from the entry's own memory.
        defer { withExtendedLifetime(entry) {} }
        let values = unsafe request.values
        let servable = entry.servable
        let rowCount = try context.predictor.rowCount(
            servable, columnCount: request.columnCount, valueCount: values.count)
        guard let start = values.baseAddress else { return }
        if request.textColumnCount > 0 || servable.model.texts != nil { try replaceTexts(request, servable) }
        let batch = unsafe RowBatch(values: start, rowCount: rowCount, rowStride: servable.model.signature.columnCount)
        if context.predictor.isBatch(servable, rowCount: rowCount) {
            try check(request, servable)
            try submit(call, entry, batch, valueCount: values.count, payload: outputsOnly(request, payload), &output)
            return
        }
        let outputs = unsafe try context.predictor.predict(entry, batch, in: context.scratch)
        unsafe try reply(call, entry, request, rowCount: rowCount, outputs: outputs, &output)
    }

    /// Texts of the request become what the model's rows hold for them.
    @inline(never)
    private func replaceTexts(_ request: PredictRequestView, _ servable: Servable) throws(CallFailure) {
        let signature = servable.model.signature
        do throws(CallFailure) {
            try request.replaceTexts(
                servable.model.texts, columnCount: signature.columnCount, columnNames: signature.columnNames,
                in: context.arena)
        } catch {
            throw CallFailure(error.code, "model '\(servable.name)': \(error.message)")
        }
    }

    /// The entry that answers; nil when the call was parked until it is loaded.
    @inline(__always)
    func entry(
        _ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, name: ByteView, version: ByteView,
        _ output: inout OutputBuffer
    ) throws(CallFailure) -> CacheEntry? {
        if let loaded { return loaded }
        switch context.predictor.find(name: name, version: version) {
        case .entry(let entry): return entry
        case .refused(let failure): throw failure
        case .absent:
            guard unsafe park(call, payload: Array(payload.buffer), byteCount: payload.count, &output) else {
                return nil
            }
            let complete = completer()
            let stream = call.stream
            context.manager.request(name: name.text, version: version.text) {
                complete(.loaded(call: stream, $0))
            }
            return nil
        }
    }

    func submit(
        _ call: Call, _ entry: CacheEntry, _ batch: RowBatch, valueCount: Int, payload: [UInt8],
        _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard parkBatch(call, entry, batch.rowCount, valueCount: valueCount, payload, &output) else { return }
        let complete = completer()
        let stream = call.stream
        let job = BatchJob(entry: entry, batch: batch, valueCount: valueCount, deadline: call.deadline) {
            complete(.scored(call: stream, $0))
        }
        submit(job, of: stream)
    }

    /// The same for rows that are in memory of their own already.
    func submit(
        _ call: Call, _ entry: CacheEntry, _ rows: consuming RowMemory, rowCount: Int, payload: [UInt8],
        _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard parkBatch(call, entry, rowCount, valueCount: rows.valueCount, payload, &output) else { return }
        let complete = completer()
        let stream = call.stream
        let job = BatchJob(
            entry: entry, rows: rows, rowCount: rowCount, rowStride: entry.servable.model.signature.columnCount,
            deadline: call.deadline
        ) {
            complete(.scored(call: stream, $0))
        }
        submit(job, of: stream)
    }

    private func parkBatch(
        _ call: Call, _ entry: CacheEntry, _ rowCount: Int, valueCount: Int, _ payload: [UInt8],
        _ output: inout OutputBuffer
    ) -> Bool {
        let byteCount = valueCount * 8 + rowCount * entry.servable.model.outputWidth * 8
        return park(call, payload: payload, byteCount: byteCount, &output)
    }

    private func submit(_ job: BatchJob, of stream: UInt32) {
        context.counters.batches.add()
        if !context.compute.submit(job) {
            completer()(
                .loaded(
                    call: stream, .failure(CallFailure(.resourceExhausted, "too many batches wait; try again later"))))
        }
    }

    /// A request as small as it can be that still names the outputs wanted: what a batch needs when it is done.
    private func outputsOnly(_ request: PredictRequestView, _ payload: ByteView) -> [UInt8] {
        guard request.outputCount > 0 else { return [] }
        let names = (0..<request.outputCount).map { request.outputName(at: $0).text }
        let nothing = unsafe UnsafeBufferPointer<Double>(start: nil, count: 0)
        let byteCount = unsafe PredictCodec.requestByteCount(
            modelName: .empty, modelVersion: .empty, columnCount: 0, values: nothing, outputs: names)
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            if let start = buffer.baseAddress {
                unsafe PredictCodec.writeRequest(
                    modelName: .empty, modelVersion: .empty, columnCount: 0, values: nothing, outputs: names, to: start)
            }
            count = byteCount
        }
    }

    /// Answers a batch whose rows are scored.
    func finishBatch(_ call: Call, _ job: BatchJob, _ payload: ByteView, _ output: inout OutputBuffer) {
        defer {
            context.arena.reset()
            withExtendedLifetime(job) {}
        }
        do throws(CallFailure) {
            switch call.route {
            case .detect:
                unsafe try replyDetection(call, job.entry, rowCount: job.rowCount, outputs: job.outputs, &output)
            case .modelInfer, .modelStreamInfer: try finishModelInfer(call, job, payload, &output)
            default:
                guard let request = PredictCodec.request(payload, in: context.arena) else {
                    throw CallFailure(.internalError, "the request of a batch cannot be read again")
                }
                unsafe try reply(call, job.entry, request, rowCount: job.rowCount, outputs: job.outputs, &output)
            }
            context.predictor.touch(job.entry)
        } catch {
            fail(call, error, &output)
        }
    }

    // MARK: - Replies

    /// Refuses names of outputs that the model does not have, before work is done for them.
    private func check(_ request: PredictRequestView, _ servable: Servable) throws(CallFailure) {
        for wanted in 0..<request.outputCount where index(of: request.outputName(at: wanted), servable) == nil {
            let names = servable.model.outputs.map(\.name).joined(separator: ", ")
            let name = request.outputName(at: wanted).text.prefix(80)
            throw CallFailure(.invalidArgument, "model '\(servable.name)' has no output '\(name)'; it has \(names)")
        }
    }

    func index(of name: ByteView, _ servable: Servable) -> Int? {
        servable.outputNames.firstIndex { $0.view.equals(name) }
    }

    @inline(__always)
    private func reply(
        _ call: Call, _ entry: CacheEntry, _ request: PredictRequestView, rowCount: Int,
        outputs: UnsafeMutablePointer<Double>, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let servable = entry.servable
        context.outputs.removeAll(keepingCapacity: true)
        if request.outputCount == 0 {
            for position in servable.outputNames.indices {
                unsafe context.outputs.append(view(servable, position, rowCount: rowCount, outputs))
            }
        } else {
            try check(request, servable)
            guard request.outputCount <= servable.outputNames.count else {
                throw CallFailure(
                    .invalidArgument, "\(request.outputCount) outputs are asked for; name each of them once")
            }
            for wanted in 0..<request.outputCount {
                guard let position = index(of: request.outputName(at: wanted), servable) else { continue }
                unsafe context.outputs.append(view(servable, position, rowCount: rowCount, outputs))
            }
        }
        let header = replyHeader(entry)
        unsafe try context.outputs.withUnsafeBufferPointer { (views) throws(CallFailure) in
            let byteCount = unsafe PredictCodec.replyByteCount(header, rowCount: rowCount, outputs: views)
            try checkReply(byteCount, rowCount: rowCount)
            unsafe framing.reply(call.stream, byteCount: byteCount, &output) {
                unsafe PredictCodec.writeReply(header, rowCount: rowCount, outputs: views, to: $0)
            }
        }
        context.counters.calls.add()
        context.counters.rows.add(UInt64(rowCount))
    }

    @inline(__always)
    func view(
        _ servable: Servable, _ position: Int, rowCount: Int, _ outputs: UnsafeMutablePointer<Double>
    ) -> OutputView {
        unsafe OutputView(
            name: servable.outputNames[position].view, width: servable.outputWidths[position],
            values: outputs + rowCount * servable.outputOffsets[position], rowCount: rowCount,
            labels: servable.outputLabels[position])
    }

    func replyHeader(_ entry: CacheEntry) -> ReplyHeader {
        ReplyHeader(
            modelName: entry.servable.nameBytes.view, modelVersion: entry.servable.idBytes.view,
            generation: entry.generation, source: entry.servable.source)
    }

    /// A reply must fit what the lane can send at once.
    func checkReply(_ byteCount: Int, rowCount: Int) throws(CallFailure) {
        guard byteCount > Framing.replyByteCountMax else { return }
        let message =
            "the reply for \(rowCount) rows would have \(byteCount) bytes, "
            + "\(Framing.replyByteCountMax) are the most; send fewer rows in one call, or ask for fewer outputs"
        throw CallFailure(.resourceExhausted, message)
    }

    // MARK: - Detect

    private func detect(
        _ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard let request = DetectCodec.request(payload, in: context.arena) else {
            throw CallFailure(.invalidArgument, "the payload is no hearth.v1.DetectRequest")
        }
        guard !request.series.isEmpty || !request.modelVersion.isEmpty else {
            throw CallFailure(.invalidArgument, "no series named: set series, or model_version to a model_id")
        }
        context.nameBuffer.removeAll()
        if !request.series.isEmpty {
            context.nameBuffer.append(request.modelType.isEmpty ? ByteView("isolation_forest") : request.modelType)
            context.nameBuffer.append(ByteView("."))
            context.nameBuffer.append(request.series)
        }
        guard
            let entry = try entry(
                call, payload, loaded, name: context.nameBuffer.bytes, version: request.modelVersion, &output)
        else { return }
        // The reply is written from the entry's own memory.
        defer { withExtendedLifetime(entry) {} }
        let servable = entry.servable
        try SeriesDetector.check(servable)
        let (batch, _) = unsafe try SeriesDetector.batch(
            servable, columnCount: request.columnCount, values: request.values)
        if context.predictor.isBatch(servable, rowCount: batch.rowCount) {
            unsafe try submit(call, entry, batch, valueCount: request.values.count, payload: [], &output)
            return
        }
        let outputs = unsafe try context.predictor.predict(entry, batch, in: context.scratch)
        unsafe try replyDetection(call, entry, rowCount: batch.rowCount, outputs: outputs, &output)
    }

    private func replyDetection(
        _ call: Call, _ entry: CacheEntry, rowCount: Int, outputs: UnsafeMutablePointer<Double>,
        _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let found = unsafe SeriesDetector.finish(outputs: outputs, rowCount: rowCount)
        let detection = unsafe DetectionView(
            threshold: SeriesDetector.threshold(entry.servable), scores: found.scores, anomalies: found.anomalies,
            count: rowCount, firstPoint: entry.servable.model.signature.window - 1)
        let header = replyHeader(entry)
        let byteCount = DetectCodec.replyByteCount(header, detection)
        try checkReply(byteCount, rowCount: rowCount)
        unsafe framing.reply(call.stream, byteCount: byteCount, &output) {
            unsafe DetectCodec.writeReply(header, detection, to: $0)
        }
        context.counters.calls.add()
        context.counters.rows.add(UInt64(rowCount))
    }
}
