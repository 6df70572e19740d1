package import HearthCore
import HearthKernels
import HearthModel
import Synchronization

/// A large call on the compute pool: its rows are scored in chunks by whichever threads are free.
///
/// It owns copies of the values, so that the connection that sent them may go away.
@safe
package final class BatchJob: Sendable {
    /// Work of one chunk, in node visits: about a tenth of a millisecond.
    private static let chunkWork = 100_000

    package let entry: CacheEntry
    package let rowCount: Int
    package let deadline: MonotonicTime?
    private let rowStride: Int
    private let chunkRowCount: Int
    private let chunkCount: Int
    // Sound: `values` is written before the job is shared, each chunk writes its own rows of `outputs`, and both are
    // freed in `deinit`.
    private nonisolated(unsafe) let values: UnsafeMutablePointer<Double>
    package nonisolated(unsafe) let outputs: UnsafeMutablePointer<Double>
    private let nextChunk = Atomic<Int>(0)
    private let chunksDone = Atomic<Int>(0)
    /// When the first chunk was begun, in nanoseconds of the monotonic clock.
    private let beganAt = Atomic<Int64>(0)
    private let failure = Mutex<CallFailure?>(nil)
    private let done: @Sendable (BatchJob) -> Void

    /// - Parameter done: called once, on a pool thread, when all rows are scored or one was refused.
    package init(
        entry: CacheEntry, batch: RowBatch, valueCount: Int, deadline: MonotonicTime?,
        done: @escaping @Sendable (BatchJob) -> Void
    ) {
        let columns = entry.servable.model.signature.columnCount
        precondition(
            batch.rowCount > 0 && (batch.rowCount - 1) * batch.rowStride + columns <= valueCount,
            "a batch has rows, and all of them lie within its values")
        self.entry = entry
        self.deadline = deadline
        self.done = done
        rowCount = batch.rowCount
        rowStride = batch.rowStride
        let model = entry.servable.model
        chunkRowCount = max(1, Self.chunkWork / max(1, model.workPerRow))
        chunkCount = (rowCount + chunkRowCount - 1) / chunkRowCount
        unsafe values = .allocate(capacity: max(1, valueCount))
        unsafe values.initialize(from: batch.values, count: valueCount)
        unsafe outputs = .allocate(capacity: rowCount * model.outputWidth)
        unsafe outputs.initialize(repeating: 0, count: rowCount * model.outputWidth)
    }

    deinit {
        unsafe values.deallocate()
        unsafe outputs.deallocate()
    }

    /// Why there are no outputs; nil when all rows are scored. Read it when the job is done.
    package var problem: CallFailure? { failure.withLock { $0 } }

    /// Scores chunks until none is left.
    func help(with scratch: PredictScratch) {
        let model = entry.servable.model
        let batch = unsafe RowBatch(values: values, rowCount: rowCount, rowStride: rowStride)
        let memory = unsafe scratch.bytes(batch.scratchByteCount(model))
        while true {
            let chunk = nextChunk.wrappingAdd(1, ordering: .relaxed).oldValue
            guard chunk < chunkCount else { return }
            if chunk == 0 { beganAt.store(MonotonicTime.now().nanoseconds, ordering: .relaxed) }
            let range = chunk * chunkRowCount..<min(rowCount, (chunk + 1) * chunkRowCount)
            if !hasFailed() {
                if let problem = unsafe batch.predict(model, range: range, outputs: outputs, scratch: memory) {
                    fail(Predictor.failure(problem, entry.servable))
                }
            }
            if chunksDone.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == chunkCount {
                count()
                done(self)
            }
        }
    }

    /// Adds the job to the servable's statistics; on the thread that scored its last chunk.
    private func count() {
        let began = MonotonicTime(nanoseconds: beganAt.load(ordering: .relaxed))
        let ended = MonotonicTime.now()
        if problem == nil {
            entry.servable.statistics.scored(rows: rowCount, from: began, to: ended)
        } else {
            entry.servable.statistics.failed(after: ended - began)
        }
    }

    private func hasFailed() -> Bool {
        if let deadline, MonotonicTime.now() > deadline {
            fail(CallFailure(.deadlineExceeded, "the deadline passed while \(rowCount) rows were being scored"))
        }
        return failure.withLock { $0 != nil }
    }

    private func fail(_ failure: CallFailure) {
        self.failure.withLock { $0 = $0 ?? failure }
    }
}
