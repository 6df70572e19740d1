import HearthCore
import HearthKernels
import HearthMetrics
import HearthModel
import HearthServing
import HearthWire

/// `ModelInfer` and `ModelStreamInfer` of the Open Inference Protocol.
extension CallHandler {
    /// Answers a request from memory, or parks it.
    func modelInfer(
        _ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard let request = InferCodec.request(payload, in: context.arena) else {
            throw CallFailure(
                .invalidArgument, "the message is no inference.ModelInferRequest, or would need more than 64 MiB")
        }
        guard
            let entry = try entry(
                call, payload, loaded, name: request.modelName, version: request.modelVersion, &output)
        else { return }
        // The reply is written from the entry's own memory.
        defer { withExtendedLifetime(entry) {} }
        let servable = entry.servable
        try checkOutputs(request, servable)
        let signature = servable.model.signature
        let columns = InferColumns(
            modelName: servable.nameBytes.view, count: signature.columnCount, names: signature.columnNames,
            texts: servable.model.texts)
        let rowCount = try request.rowCount(columns, in: context.arena)
        if request.usesSharedMemory { try checkPlaces(request) }
        let (valueCount, overflow) = rowCount.multipliedReportingOverflow(by: signature.columnCount)
        guard !overflow else { throw CallFailure(.resourceExhausted, "\(rowCount) rows are too many for one call") }
        // Bounds the rows by what a reply may hold, before memory is taken for them.
        _ = try context.predictor.rowCount(
            servable, columnCount: signature.columnCount, valueCount: valueCount,
            outputByteCountMax: request.sharesAllOutputs
                ? context.limits.inFlightByteCountMax : Predictor.outputByteCountMax)
        if let place = request.sharedMatrix, context.predictor.isBatch(servable, rowCount: rowCount) {
            return try submitShared(call, entry, request, place, rowCount: rowCount, &output)
        }
        let values =
            unsafe try request.usesSharedMemory
            ? request.sharedRows(rowCount, columns, in: context.arena, read: read)
            : request.rows(rowCount, columns, in: context.arena)
        let batch = unsafe RowBatch(values: values, rowCount: rowCount, rowStride: signature.columnCount)
        if context.predictor.isBatch(servable, rowCount: rowCount) {
            try submit(
                call, entry, batch, valueCount: valueCount, payload: InferCodec.outline(of: request), &output)
            return
        }
        let outputs = unsafe try context.predictor.predict(entry, batch, in: context.scratch)
        unsafe try replyInference(call, entry, request, rowCount: rowCount, outputs: outputs, &output)
    }

    /// Answers a batch whose rows are scored; `outline` says what was asked for.
    func finishModelInfer(
        _ call: Call, _ job: BatchJob, _ outline: ByteView, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        guard let request = InferCodec.request(outline, in: context.arena) else {
            throw CallFailure(.internalError, "the request of a batch cannot be read again")
        }
        unsafe try replyInference(call, job.entry, request, rowCount: job.rowCount, outputs: job.outputs, &output)
    }

    /// Ends a call with an error; a stream of requests goes on, and this one's failure is its reply.
    func fail(_ call: Call, _ failure: CallFailure, _ output: inout OutputBuffer) {
        guard call.route == .modelStreamInfer else { return refuse(call.stream, failure, &output) }
        context.counters.failures.add()
        var message = failure.description
        message.withUTF8 { bytes in
            let view = unsafe ByteView(UnsafeRawBufferPointer(bytes)).cut(toCharactersWithin: Self.messageByteCountMax)
            let byteCount = InferCodec.streamByteCount(error: view)
            unsafe framing.reply(call.stream, byteCount: byteCount, &output) {
                unsafe InferCodec.writeStream(error: view, to: $0)
            }
        }
    }

    // MARK: - Replies

    /// Refuses names of outputs that the model does not have, before work is done for them.
    private func checkOutputs(_ request: InferRequestView, _ servable: Servable) throws(CallFailure) {
        guard request.outputCount <= servable.outputNames.count else {
            throw CallFailure(
                .invalidArgument,
                "\(request.outputCount) outputs are asked for; model '\(servable.name)' has "
                    + "\(servable.outputNames.count) (\(names(servable))): name each of them once")
        }
        for wanted in 0..<request.outputCount where index(of: request.outputName(at: wanted), servable) == nil {
            let name = request.outputName(at: wanted).printable
            throw CallFailure(
                .invalidArgument, "model '\(servable.name)' has no output '\(name)'; it has \(names(servable))")
        }
    }

    private func names(_ servable: Servable) -> String {
        servable.model.outputs.map(\.name).joined(separator: ", ")
    }

    private func replyInference(
        _ call: Call, _ entry: CacheEntry, _ request: InferRequestView, rowCount: Int,
        outputs: UnsafeMutablePointer<Double>, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let servable = entry.servable
        let count = request.outputCount == 0 ? servable.outputNames.count : request.outputCount
        guard
            var reply = InferReply(
                replyHeader(entry), to: request, rowCount: rowCount, outputCountMax: count, in: context.arena)
        else { throw noMemory(rowCount) }
        for wanted in 0..<count {
            let position = request.outputCount == 0 ? wanted : index(of: request.outputName(at: wanted), servable)
            guard let position else { continue }
            guard
                unsafe reply.append(
                    name: servable.outputNames[position].view, width: servable.outputWidths[position],
                    values: outputs + rowCount * servable.outputOffsets[position],
                    kind: servable.outputKind(at: position),
                    wanted: request.outputCount == 0 ? nil : request.sharedOutput(at: wanted))
            else { throw noMemory(rowCount) }
        }
        if request.usesSharedMemory {
            try checkReply(reply.byteCount, rowCount: rowCount)
            try writeShared(reply, rowCount: rowCount)
        }
        if call.route == .modelStreamInfer {
            let byteCount = InferCodec.streamByteCount(reply)
            try checkReply(byteCount, rowCount: rowCount)
            unsafe framing.reply(call.stream, byteCount: byteCount, &output) {
                unsafe InferCodec.writeStream(reply, to: $0)
            }
        } else {
            try checkReply(reply.byteCount, rowCount: rowCount)
            unsafe framing.reply(call.stream, byteCount: reply.byteCount, &output) { unsafe reply.write(to: $0) }
        }
        context.counters.calls.add()
        context.counters.rows.add(UInt64(rowCount))
    }

    private func noMemory(_ rowCount: Int) -> CallFailure {
        CallFailure(
            .resourceExhausted, "the reply for \(rowCount) rows needs more memory than a call may have; send fewer rows"
        )
    }
}
