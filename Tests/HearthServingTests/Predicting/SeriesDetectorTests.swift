import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport
import Testing

@Suite struct SeriesDetectorTests {
    private let windowed = SampleModels.isolationForest(seed: 3, columns: 6, window: 3)

    private func batch(_ servable: Servable, _ valueCount: Int, columnCount: Int = 0) -> Result<[Int], CallFailure> {
        let values = [Double](repeating: 0, count: valueCount)
        return unsafe values.withUnsafeBufferPointer { buffer in
            do throws(CallFailure) {
                let found = try unsafe SeriesDetector.batch(servable, columnCount: columnCount, values: buffer)
                return .success([found.rows.rowCount, found.rows.rowStride, found.firstPoint])
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func `a series has a row per point that has a whole window before it`() throws {
        let servable = try Rows.servable(windowed)

        #expect(try batch(servable, 6).get() == [1, 2, 2])
        #expect(try batch(servable, 20, columnCount: 2).get() == [8, 2, 2])
        let single = try Rows.servable(SampleModels.isolationForest(seed: 1, columns: 1))
        #expect(try batch(single, 5, columnCount: 1).get() == [5, 1, 0])
    }

    @Test(arguments: [
        (4, 0, "4 values found; model 'isolation_forest.s' takes 2 per point and at least 3 points"),
        (7, 0, "7 values found; model 'isolation_forest.s' takes 2 per point and at least 3 points"),
        (0, 0, "0 values found; model 'isolation_forest.s' takes 2 per point and at least 3 points"),
        (12, 6, "6 values per point found; model 'isolation_forest.s' takes 2"),
        (12, 1, "1 values per point found; model 'isolation_forest.s' takes 2"),
    ])
    func `a series of another shape is refused with a sentence`(
        _ valueCount: Int, _ columnCount: Int, _ message: String
    ) throws {
        let servable = try Rows.servable(windowed)

        #expect(batch(servable, valueCount, columnCount: columnCount).failure == CallFailure(.invalidArgument, message))
    }

    @Test func `a series whose reply would not fit a frame is refused`() throws {
        let servable = try Rows.servable(SampleModels.isolationForest(seed: 1, columns: 1))

        #expect(try batch(servable, 262_144).get()[0] == 262_144)
        #expect(
            batch(servable, 262_145).failure
                == CallFailure(
                    .resourceExhausted, "262145 points would make a reply over 4 MiB; send at most 262144"))
    }

    @Test func `C7: the score is higher where it is worse, the decision is the model's own`() throws {
        let (cache, entry) = try Rows.entry(windowed)
        let series = Rows.values(2 * 200)
        var outputs = try Rows.predict(cache, entry, series, rowCount: 198, stride: 2)
        let before = outputs
        let (scores, anomalies) = unsafe outputs.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return ([Double](), [UInt8]()) }
            let found = unsafe SeriesDetector.finish(outputs: start, rowCount: 198)
            return unsafe (
                Array(UnsafeBufferPointer(start: found.scores, count: 198)),
                Array(UnsafeBufferPointer(start: found.anomalies, count: 198))
            )
        }

        #expect(scores == before[..<198].map { -$0 })
        #expect(anomalies == before[396...].map { $0 < 0 ? 1 : 0 })
        #expect(SeriesDetector.threshold(entry.servable) == 0.5)
        #expect(throws: Never.self) { try SeriesDetector.check(entry.servable) }
    }

    @Test func `a model that finds no anomalies is refused by name`() throws {
        let linear = ModelDefinition(
            signature: InputSignature(columnCount: 1),
            estimator: .linear(
                LinearModel(coefficients: [[1]], intercepts: [0], link: .identity, task: .regression)),
            threshold: nil)
        let servable = try Rows.servable(linear)
        do throws(CallFailure) {
            try SeriesDetector.check(servable)
            Issue.record("not refused")
        } catch {
            #expect(error.code == .failedPrecondition)
            #expect(error.message.hasPrefix("model 'isolation_forest.s' is no anomaly model: its outputs are "))
        }
    }
}
