package import HearthCore
package import HearthKernels
import HearthModel

/// Answers calls from memory, on the thread that read them: both lanes end here.
///
/// One per worker thread. Once warm a call allocates nothing, takes no lock and touches no disk.
package struct Predictor: ~Copyable {
    /// Above this estimate of work (node visits) a call is a batch: it is split over the compute pool, so that it
    /// delays no small call behind it by more than about a tenth of a millisecond.
    package static let inlineWorkMax = 100_000
    /// The most bytes of outputs that one call may ask for: they must fit one frame.
    package static let outputByteCountMax = 4 << 20

    /// What a lookup found.
    package enum Found {
        case entry(CacheEntry)
        /// Not in memory: ask the manager.
        case absent
        case refused(CallFailure)
    }

    private var reader: ModelCache.Reader
    private let cache: ModelCache

    package init(cache: ModelCache) {
        self.cache = cache
        reader = ModelCache.Reader(cache)
    }

    /// Takes the newest snapshot, so that what was unloaded is not kept by an idle thread.
    package mutating func refresh() {
        _ = reader.current()
    }

    /// Finds the servable of a call: the production version of `name`, or `version` when one is named.
    @inline(__always)
    package mutating func find(name: ByteView, version: ByteView) -> Found {
        let snapshot = reader.current()
        if version.isEmpty {
            guard !name.isEmpty else {
                return .refused(
                    CallFailure(.invalidArgument, "no model named: set model_name, or model_version to a model_id"))
            }
            guard let entry = snapshot.entry(named: name) else { return .absent }
            return .entry(entry)
        }
        guard let entry = snapshot.entry(version: version) else { return .absent }
        guard name.isEmpty || entry.servable.nameBytes.view.equals(name) else {
            let message = "version '\(version.text)' is of model '\(entry.servable.name)', not of '\(name.text)'"
            return .refused(CallFailure(.invalidArgument, message))
        }
        return .entry(entry)
    }

    /// Rows in `valueCount` values; throws INVALID_ARGUMENT when the columns are not the model's.
    @inline(__always)
    package func rowCount(
        _ servable: Servable, columnCount: Int, valueCount: Int
    ) throws(CallFailure) -> Int {
        let columns = servable.model.signature.columnCount
        guard columnCount == 0 || columnCount == columns, valueCount > 0, valueCount % columns == 0 else {
            servable.statistics.failed()
            throw Self.shapeFailure(servable, columnCount: columnCount, valueCount: valueCount)
        }
        let rows = valueCount / columns
        guard rows <= Self.outputByteCountMax / (8 * servable.model.outputWidth) else {
            let most = Self.outputByteCountMax / (8 * servable.model.outputWidth)
            servable.statistics.failed()
            let message = "\(rows) rows would make a reply over 4 MiB; send at most \(most) rows in one call"
            throw CallFailure(.resourceExhausted, message)
        }
        return rows
    }

    /// Whether a call of so many rows belongs to the compute pool.
    @inline(__always)
    package func isBatch(_ servable: Servable, rowCount: Int) -> Bool {
        rowCount > 1 && rowCount * servable.model.workPerRow > Self.inlineWorkMax
    }

    /// Scores rows now. The result is in `scratch` until its next use: output k at rowCount x (widths before k).
    @inline(__always)
    package func predict(
        _ entry: CacheEntry, _ batch: RowBatch, in scratch: PredictScratch
    ) throws(CallFailure) -> UnsafeMutablePointer<Double> {
        let model = entry.servable.model
        let outputByteCount = (batch.rowCount * model.outputWidth * 8 + 63) & ~63
        let memory = unsafe scratch.bytes(outputByteCount + batch.scratchByteCount(model))
        let outputs = unsafe memory.bindMemory(
            to: Double.self, capacity: batch.rowCount * model.outputWidth)
        let began = MonotonicTime.now()
        let problem = unsafe batch.predict(
            model, range: 0..<batch.rowCount, outputs: outputs, scratch: memory + outputByteCount)
        let ended = MonotonicTime.now()
        if let problem {
            entry.servable.statistics.failed(after: ended - began)
            throw Self.failure(problem, entry.servable)
        }
        entry.servable.statistics.scored(rows: batch.rowCount, from: began, to: ended)
        cache.touch(entry.servable)
        return unsafe outputs
    }

    /// Notes that the entry answered a call elsewhere (the compute pool); the rows and their time are counted there.
    package func touch(_ entry: CacheEntry) {
        cache.touch(entry.servable)
    }

    /// The status of a row that the model refuses.
    package static func failure(_ problem: RowProblem, _ servable: Servable) -> CallFailure {
        CallFailure(.invalidArgument, "model '\(servable.name)': \(problem)")
    }

    private static func shapeFailure(_ servable: Servable, columnCount: Int, valueCount: Int) -> CallFailure {
        let columns = servable.model.signature.columnCount
        let names = servable.model.signature.columnNames
        let expected =
            "model '\(servable.name)' takes \(columns) values per row"
            + (names.isEmpty ? "" : " (\(names.prefix(20).joined(separator: ", ")))")
        guard columnCount == 0 || columnCount == columns else {
            return CallFailure(.invalidArgument, "\(columnCount) columns found; \(expected)")
        }
        return CallFailure(.invalidArgument, "\(valueCount) values found; \(expected), and at least one row")
    }
}
