import HearthCore
import HearthKernels
import HearthMetrics
import HearthModel
import HearthServing
import HearthWire
import Synchronization

/// `Detect`: one chain of those who may answer (C5). The model of the series, from its file or else from its database
/// BLOB, as the loader finds it; then the series' own `z_score` model; then a z-score of the request's own values.
///
/// Whoever is absent or broken is passed over at once, no request waits for a retry, and the reply says who answered. A
/// version that was asked for by its id has no stand-in.
extension CallHandler {
    func detect(
        _ call: Call, _ payload: ByteView, _ loaded: CacheEntry?, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let request = try detectRequest(payload)
        guard !request.series.isEmpty || !request.modelVersion.isEmpty else {
            throw CallFailure(.invalidArgument, "no series named: set series, or model_version to a model_id")
        }
        composeName(request, modelType: request.modelType.isEmpty ? Self.isolationForest : request.modelType)
        guard
            let entry = try entry(
                call, payload, loaded, name: context.nameBuffer.bytes, version: request.modelVersion, &output)
        else { return }
        try detect(call, request, entry, &output)
    }

    /// Asks one model.
    private func detect(
        _ call: Call, _ request: DetectRequestView, _ entry: CacheEntry, _ output: inout OutputBuffer
    ) throws(CallFailure) {
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
        unsafe try reply(call, entry, detectionsOf: outputs, rowCount: batch.rowCount, &output)
    }

    func reply(
        _ call: Call, _ entry: CacheEntry, detectionsOf outputs: UnsafeMutablePointer<Double>, rowCount: Int,
        _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let found = unsafe SeriesDetector.finish(outputs: outputs, rowCount: rowCount)
        let detection = unsafe DetectionView(
            threshold: SeriesDetector.threshold(entry.servable), scores: found.scores, anomalies: found.anomalies,
            count: rowCount, firstPoint: entry.servable.model.signature.window - 1)
        var header = replyHeader(entry)
        if call.fallback != nil { header.source = .zscore }
        let byteCount = DetectCodec.replyByteCount(header, detection)
        try checkReply(byteCount, rowCount: rowCount)
        unsafe framing.reply(call.stream, byteCount: byteCount, &output) {
            unsafe DetectCodec.writeReply(header, detection, to: $0)
        }
        context.counters.calls.add()
        context.counters.rows.add(UInt64(rowCount))
        entry.servable.detections.wrappingAdd(1, ordering: .relaxed)
        count(header.source, call.fallback)
    }

    // MARK: - The other links of the chain

    private static var isolationForest: ByteView { ByteView("isolation_forest") }
    private static var zScore: ByteView { ByteView("z_score") }

    /// The next link answers a detection whose model cannot: absent, damaged, not to be loaded now.
    func fallBack(_ call: Call, _ payload: ByteView, _ failure: CallFailure, _ output: inout OutputBuffer) {
        defer { context.arena.reset() }
        do throws(CallFailure) {
            let request = try detectRequest(payload)
            guard Self.hasStandIn(failure), request.modelVersion.isEmpty else { throw call.fallback?.cause ?? failure }
            if let fallback = call.fallback {
                // The z-score model was the one that could not be loaded.
                try askHistory(call, request, fallback, &output)
                return
            }
            composeName(request, modelType: request.modelType.isEmpty ? Self.isolationForest : request.modelType)
            let fallback = Fallback(
                series: request.series.printable, cause: failure,
                isUntrained: failure.code == .notFound
                    && !context.manager.hasProduction(context.nameBuffer.bytes.text))
            if !request.modelType.equals(Self.zScore),
                try askZScoreModel(call, payload, request, fallback, &output)
            {
                return
            }
            try askHistory(call, request, fallback, &output)
        } catch {
            fail(call, error, &output)
        }
    }

    /// Whether others may answer after this failure: the model is the matter, not the request.
    private static func hasStandIn(_ failure: CallFailure) -> Bool {
        switch failure.code {
        case .notFound, .dataLoss, .unavailable, .failedPrecondition, .resourceExhausted, .internalError: true
        default: false
        }
    }

    /// Asks the series' own `z_score` model. Returns false when it has none that can answer this request.
    private func askZScoreModel(
        _ call: Call, _ payload: ByteView, _ request: DetectRequestView, _ fallback: Fallback,
        _ output: inout OutputBuffer
    ) throws(CallFailure) -> Bool {
        composeName(request, modelType: Self.zScore)
        var second = call
        second.fallback = fallback
        switch context.predictor.find(name: context.nameBuffer.bytes, version: .empty) {
        case .refused: return false
        case .entry(let entry):
            do throws(CallFailure) {
                try detect(second, request, entry, &output)
            } catch {
                // Of other columns than the series has now, say.
                return false
            }
            return true
        case .absent:
            let name = context.nameBuffer.bytes.text
            guard context.manager.hasProduction(name) else { return false }
            guard unsafe park(second, payload: Array(payload.buffer), byteCount: payload.count, &output) else {
                return true
            }
            let complete = completer()
            let stream = call.stream
            context.manager.request(name: name, version: "") { complete(.loaded(call: stream, $0)) }
            return true
        }
    }

    /// Scores the request's own values; many of them on another thread.
    private func askHistory(
        _ call: Call, _ request: DetectRequestView, _ fallback: Fallback, _ output: inout OutputBuffer
    ) throws(CallFailure) {
        let columnCount = max(1, request.columnCount)
        composeName(request, modelType: Self.zScore)
        let name = context.nameBuffer.bytes.text
        guard unsafe request.values.count > HistoryDetection.inlineValueCountMax else {
            do throws(CallFailure) {
                let found = try HistoryDetection(
                    unsafe Array(request.values), columnCount: columnCount, cause: fallback.cause)
                countAnswer(found.scores.count, fallback)
                answer(call.stream, found.reply(name: name), &output)
            } catch {
                note(fallback, source: nil)
                throw error
            }
            return
        }
        let values = unsafe Array(request.values)
        guard park(call, payload: [], byteCount: values.count * 24, &output) else { return }
        countAnswer(values.count / columnCount, fallback)
        let complete = completer()
        let stream = call.stream
        let isTaken = context.compute.submit {
            do throws(CallFailure) {
                let found = try HistoryDetection(values, columnCount: columnCount, cause: fallback.cause)
                complete(.answered(call: stream, .success(found.reply(name: name))))
            } catch {
                complete(.answered(call: stream, .failure(error)))
            }
        }
        if !isTaken {
            let failure = CallFailure(.resourceExhausted, "too many batches wait; try again later")
            complete(.answered(call: stream, .failure(failure)))
        }
    }

    // MARK: - What they share

    private func detectRequest(_ payload: ByteView) throws(CallFailure) -> DetectRequestView {
        guard let request = DetectCodec.request(payload, in: context.arena) else {
            throw CallFailure(.invalidArgument, "the payload is no hearth.v1.DetectRequest")
        }
        return request
    }

    /// Leaves `{modelType}.{series}` in the context's buffer; nothing where no series is named.
    private func composeName(_ request: DetectRequestView, modelType: ByteView) {
        context.nameBuffer.removeAll()
        guard !request.series.isEmpty else { return }
        context.nameBuffer.append(modelType)
        context.nameBuffer.append(ByteView("."))
        context.nameBuffer.append(request.series)
    }

    private func note(_ fallback: Fallback, source: AnswerSource?) {
        context.callLog.note(
            .fellBack(series: fallback.series, source: source, cause: String(fallback.cause.message.prefix(300))))
    }

    private func countAnswer(_ rowCount: Int, _ fallback: Fallback) {
        context.counters.calls.add()
        context.counters.rows.add(UInt64(rowCount))
        count(.zscore, fallback)
    }

    /// Counts who answers a detection; what has no version in production is counted apart (C36).
    private func count(_ source: AnswerSource, _ fallback: Fallback?) {
        context.counters.detections.add()
        if source == .database { context.counters.detectionsByDatabase.add() }
        guard let fallback else { return }
        note(fallback, source: .zscore)
        if fallback.isUntrained {
            context.counters.detectionsUntrained.add()
        } else {
            context.counters.detectionsByZScore.add()
        }
    }
}

extension HistoryDetection {
    /// A packed reply: of no version, for there is none.
    func reply(name: String) -> [UInt8] {
        let name = StableBytes(name)
        defer { withExtendedLifetime(name) {} }
        let header = ReplyHeader(modelName: name.view, modelVersion: .empty, generation: 0, source: .zscore)
        return unsafe scores.withUnsafeBufferPointer { scores in
            unsafe anomalies.withUnsafeBufferPointer { anomalies in
                guard let scores = scores.baseAddress, let flags = anomalies.baseAddress else { return [] }
                let detection = unsafe DetectionView(
                    threshold: threshold, scores: scores, anomalies: flags, count: anomalies.count, firstPoint: 0)
                let byteCount = DetectCodec.replyByteCount(header, detection)
                return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                    if let start = buffer.baseAddress {
                        unsafe DetectCodec.writeReply(header, detection, to: start)
                        count = byteCount
                    }
                }
            }
        }
    }
}
