import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport

/// Models and rows for the predicting tests.
enum Rows {
    static func servable(_ definition: ModelDefinition) throws -> Servable {
        try Servable(
            name: ModelName("isolation_forest.s"), modelID: ModelID("v1"),
            model: ServableModel(PackedModel.pack(definition)),
            mappedByteCount: 100, loadMilliseconds: 1, source: .file)
    }

    /// An entry as a reader finds it.
    static func entry(_ definition: ModelDefinition) throws -> (cache: ModelCache, entry: CacheEntry) {
        let cache = ModelCache(byteBudget: 1000)
        _ = cache.serve(try servable(definition), generation: 1)
        var predictor = Predictor(cache: cache)
        guard case .entry(let entry) = predictor.find(name: ByteView("isolation_forest.s"), version: .empty) else {
            throw CallFailure(.internalError, "the entry is not there")
        }
        return (cache, entry)
    }

    static func values(_ count: Int, seed: UInt64 = 5) -> [Double] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Double.random(in: -3..<3, using: &random) }
    }

    /// Scores rows as a worker does for a small call.
    static func predict(
        _ cache: ModelCache, _ entry: CacheEntry, _ values: [Double], rowCount: Int, stride: Int
    ) throws -> [Double] {
        let predictor = Predictor(cache: cache)
        let scratch = PredictScratch()
        return unsafe try values.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return [] }
            let batch = unsafe RowBatch(values: start, rowCount: rowCount, rowStride: stride)
            let outputs = unsafe try predictor.predict(entry, batch, in: scratch)
            return unsafe Array(
                UnsafeBufferPointer(start: outputs, count: rowCount * entry.servable.model.outputWidth))
        }
    }

    /// Scores rows as the compute pool does.
    static func predictOnPool(
        _ pool: ComputePool, _ entry: CacheEntry, _ values: [Double], rowCount: Int, stride: Int,
        deadline: MonotonicTime? = nil
    ) throws -> Result<[Double], CallFailure> {
        let done = BlockingQueue<Result<[Double], CallFailure>>()
        let job = try unsafe values.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { throw CallFailure(.internalError, "no values") }
            let batch = unsafe RowBatch(values: start, rowCount: rowCount, rowStride: stride)
            return BatchJob(entry: entry, batch: batch, valueCount: values.count, deadline: deadline) { job in
                let count = job.rowCount * job.entry.servable.model.outputWidth
                let outputs = unsafe Array(UnsafeBufferPointer(start: job.outputs, count: count))
                _ = done.put(job.problem.map { .failure($0) } ?? .success(outputs))
            }
        }
        guard pool.submit(job) else { return .failure(CallFailure(.unavailable, "not taken")) }
        return done.take() ?? .failure(CallFailure(.internalError, "no answer"))
    }
}

extension [Double] {
    var bits: [UInt64] { map(\.bitPattern) }
}
