import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport
import Testing

@Suite struct BatchJobTests {
    private let definition = SampleModels.isolationForest(seed: 1)

    @Test(arguments: [1, 2, 100, 1000, 5000]) func `a batch on the pool gives the bits of a call on the worker`(
        _ rowCount: Int
    ) throws {
        let (cache, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 3)
        defer { pool.stop() }
        let values = Rows.values(rowCount * 4)

        let outputs = try Rows.predictOnPool(pool, entry, values, rowCount: rowCount, stride: 4).get()

        #expect(outputs.bits == (try Rows.predict(cache, entry, values, rowCount: rowCount, stride: 4)).bits)
    }

    @Test func `chunks of a windowed series give the bits of the whole`() throws {
        let windowed = SampleModels.isolationForest(seed: 3, trees: 100, columns: 6, window: 3)
        let (cache, entry) = try Rows.entry(windowed)
        let pool = try ComputePool(threadCount: 2)
        defer { pool.stop() }
        let chunkRowCount = 100_000 / entry.servable.model.workPerRow
        for rowCount in [chunkRowCount, chunkRowCount + 1, 3 * chunkRowCount - 1, 3 * chunkRowCount, 1001] {
            let series = Rows.values(2 * (rowCount + 2))

            let outputs = try Rows.predictOnPool(pool, entry, series, rowCount: rowCount, stride: 2).get()

            #expect(outputs.bits == (try Rows.predict(cache, entry, series, rowCount: rowCount, stride: 2)).bits)
        }
    }

    @Test func `a refused row in any chunk fails the batch with its place`() throws {
        let (_, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 2)
        defer { pool.stop() }
        for row in [0, 2500, 4999] {
            var values = Rows.values(5000 * 4)
            values[row * 4 + 1] = .nan

            let failure = try Rows.predictOnPool(pool, entry, values, rowCount: 5000, stride: 4).failure
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.message.contains("row \(row)") == true)
        }
    }

    @Test func `a batch whose deadline has passed is not scored`() throws {
        let (_, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 2)
        defer { pool.stop() }
        let values = Rows.values(5000 * 4)
        let past = MonotonicTime(nanoseconds: 1)

        #expect(
            try Rows.predictOnPool(pool, entry, values, rowCount: 5000, stride: 4, deadline: past).failure
                == CallFailure(.deadlineExceeded, "the deadline passed while 5000 rows were being scored"))
        let future = MonotonicTime.now().advanced(byNanoseconds: 600_000_000_000)
        #expect(
            try Rows.predictOnPool(pool, entry, values, rowCount: 5000, stride: 4, deadline: future).failure == nil)
    }

    @Test func `many batches at once are each answered once`() throws {
        let (cache, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 3)
        defer { pool.stop() }
        let values = Rows.values(2000 * 4)
        let expected = try Rows.predict(cache, entry, values, rowCount: 2000, stride: 4).bits
        let wrong = BlockingQueue<Int>()
        try onThreads(8) { index in
            for _ in 0..<10 {
                let outputs = try? Rows.predictOnPool(pool, entry, values, rowCount: 2000, stride: 4).get()
                if outputs?.bits != expected { _ = wrong.put(index) }
            }
        }
        wrong.close()

        #expect(wrong.take() == nil)
    }

    @Test func `a stopped pool ends what it has and takes nothing more`() throws {
        let (_, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 2)
        let values = Rows.values(5000 * 4)
        let answers = BlockingQueue<Bool>()
        for _ in 0..<20 {
            let job = try unsafe values.withUnsafeBufferPointer { buffer in
                let batch = unsafe RowBatch(values: try #require(buffer.baseAddress), rowCount: 5000, rowStride: 4)
                return BatchJob(entry: entry, batch: batch, valueCount: values.count, deadline: nil) {
                    _ = answers.put($0.problem == nil)
                }
            }
            #expect(pool.submit(job))
        }
        pool.stop()
        answers.close()
        var count = 0
        while answers.take() == true { count += 1 }

        #expect(count == 20)
        #expect(
            try Rows.predictOnPool(pool, entry, values, rowCount: 5000, stride: 4).failure
                == CallFailure(.unavailable, "not taken"))
    }

    @Test func `a batch keeps its model and nothing else keeps the batch`() throws {
        weak var watched: BatchJob?
        weak var model: Servable?
        let pool = try ComputePool(threadCount: 1)
        do {
            let (cache, entry) = try Rows.entry(definition)
            model = entry.servable
            _ = cache.withdraw(entry.servable.name)
            let values = Rows.values(2000 * 4)
            let done = CompletionGroup()
            done.enter()
            let job = try unsafe values.withUnsafeBufferPointer { buffer in
                let batch = unsafe RowBatch(values: try #require(buffer.baseAddress), rowCount: 2000, rowStride: 4)
                return BatchJob(entry: entry, batch: batch, valueCount: values.count, deadline: nil) { _ in done.leave()
                }
            }
            watched = job
            #expect(pool.submit(job))
            done.wait()
            #expect(model != nil)
        }
        pool.stop()

        #expect(watched == nil)
        #expect(model == nil)
    }
}
