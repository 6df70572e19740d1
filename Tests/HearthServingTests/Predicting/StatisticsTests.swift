import HearthCore
import HearthServing
import HearthTestSupport
import Synchronization
import Testing

@Suite struct StatisticsTests {
    private let definition = SampleModels.isolationForest(seed: 1)

    @Test func `a model that was never called has nothing to tell`() throws {
        let reading = try Rows.servable(definition).statistics.reading
        #expect(reading.scoredAt == nil)
        #expect([reading.rows, reading.nanoseconds, reading.failures, reading.failureNanoseconds] == [0, 0, 0, 0])
    }

    @Test func `calls on the worker are counted with their rows, their time and when`() throws {
        let (cache, entry) = try Rows.entry(definition)
        let before = MonotonicTime.now()
        _ = try Rows.predict(cache, entry, Rows.values(4), rowCount: 1, stride: 4)
        _ = try Rows.predict(cache, entry, Rows.values(28), rowCount: 7, stride: 4)
        let after = MonotonicTime.now()

        let reading = entry.servable.statistics.reading
        #expect(entry.servable.calls.load(ordering: .relaxed) == 2)
        #expect(reading.rows == 8)
        #expect(reading.nanoseconds > 0)
        #expect(reading.nanoseconds <= UInt64(after - before))
        #expect(try #require(reading.scoredAt) > before)
        #expect(try #require(reading.scoredAt) <= after)
        #expect(reading.failures == 0)
    }

    @Test func `refused rows and wrong shapes are counted as failures of the model`() throws {
        let (cache, entry) = try Rows.entry(definition)
        #expect(throws: CallFailure.self) {
            try Rows.predict(cache, entry, [1, .nan, 1, 1], rowCount: 1, stride: 4)
        }
        let predictor = Predictor(cache: cache)
        #expect(throws: CallFailure.self) {
            try predictor.rowCount(entry.servable, columnCount: 3, valueCount: 6)
        }
        #expect(throws: CallFailure.self) {
            try predictor.rowCount(entry.servable, columnCount: 4, valueCount: 4 << 30)
        }

        let reading = entry.servable.statistics.reading
        #expect(reading.failures == 3)
        #expect(reading.failureNanoseconds > 0)
        #expect(reading.rows == 0)
        #expect(reading.scoredAt == nil)
        #expect(entry.servable.calls.load(ordering: .relaxed) == 0)
    }

    @Test func `a batch is counted once, whatever its number of chunks`() throws {
        let (_, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 3)
        defer { pool.stop() }
        let before = MonotonicTime.now()
        _ = try Rows.predictOnPool(pool, entry, Rows.values(5000 * 4), rowCount: 5000, stride: 4).get()
        let after = MonotonicTime.now()

        let reading = entry.servable.statistics.reading
        #expect(reading.rows == 5000)
        #expect(reading.nanoseconds > 0)
        #expect(reading.nanoseconds <= UInt64(after - before))
        #expect(try #require(reading.scoredAt) > before)
    }

    @Test func `a batch that fails is one failure`() throws {
        let (_, entry) = try Rows.entry(definition)
        let pool = try ComputePool(threadCount: 2)
        defer { pool.stop() }
        var values = Rows.values(5000 * 4)
        values[9] = .nan
        values[19_000] = .nan
        #expect(try Rows.predictOnPool(pool, entry, values, rowCount: 5000, stride: 4).failure != nil)

        let reading = entry.servable.statistics.reading
        #expect(reading.failures == 1)
        #expect(reading.rows == 0)
    }
}
