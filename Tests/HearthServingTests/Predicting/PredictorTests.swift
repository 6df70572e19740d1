import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport
import Synchronization
import Testing

@Suite struct PredictorTests {
    private let definition = SampleModels.isolationForest(seed: 1)

    private func refusal(_ body: () throws -> Void) -> CallFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? CallFailure
        }
    }

    @Test(arguments: [1, 2, 7, 128, 129, 1000]) func `a call gives the bits of the kernel`(_ rowCount: Int) throws {
        let (cache, entry) = try Rows.entry(definition)
        let values = Rows.values(rowCount * 4)

        let outputs = try Rows.predict(cache, entry, values, rowCount: rowCount, stride: 4)

        #expect(outputs.bits == (try ModelShelf.expected(definition, rows: values)).bits)
        #expect(entry.servable.calls.load(ordering: .relaxed) == 1)
    }

    @Test func `a model is found by name, by id, and by both`() throws {
        let (cache, _) = try Rows.entry(definition)
        var predictor = Predictor(cache: cache)
        func generation(_ name: StaticString, _ version: StaticString) -> UInt64? {
            if case .entry(let entry) = predictor.find(name: ByteView(name), version: ByteView(version)) {
                entry.generation
            } else {
                nil
            }
        }

        #expect(generation("isolation_forest.s", "") == 1)
        #expect(generation("", "v1") == 0)
        #expect(generation("isolation_forest.s", "v1") == 0)
        #expect(generation("isolation_forest.other", "") == nil)
        #expect(generation("", "v2") == nil)
    }

    @Test func `no name and a version of another name are refused with a sentence`() throws {
        let (cache, _) = try Rows.entry(definition)
        var predictor = Predictor(cache: cache)
        func message(_ name: StaticString, _ version: StaticString) -> String? {
            if case .refused(let failure) = predictor.find(name: ByteView(name), version: ByteView(version)) {
                failure.description
            } else {
                nil
            }
        }

        #expect(
            message("", "")
                == "INVALID_ARGUMENT: no model named: set model_name, or model_version to a model_id")
        #expect(
            message("other", "v1")
                == "INVALID_ARGUMENT: version 'v1' is of model 'isolation_forest.s', not of 'other'")
    }

    @Test(arguments: [
        (3, 6, "3 columns found; model 'isolation_forest.s' takes 4 values per row"),
        (0, 6, "6 values found; model 'isolation_forest.s' takes 4 values per row, and at least one row"),
        (4, 0, "0 values found; model 'isolation_forest.s' takes 4 values per row, and at least one row"),
        (-1, 4, "-1 columns found; model 'isolation_forest.s' takes 4 values per row"),
    ])
    func `rows of another shape are refused with a sentence`(
        _ columnCount: Int, _ valueCount: Int, _ message: String
    ) throws {
        let (cache, entry) = try Rows.entry(definition)
        let predictor = Predictor(cache: cache)
        do throws(CallFailure) {
            _ = try predictor.rowCount(entry.servable, columnCount: columnCount, valueCount: valueCount)
            Issue.record("not refused")
        } catch {
            #expect(error == CallFailure(.invalidArgument, message))
        }
    }

    @Test func `the refusal names the columns`() throws {
        var named = definition
        named.signature.columnNames = ["a", "b", "c", "d"]
        let (cache, entry) = try Rows.entry(named)
        let predictor = Predictor(cache: cache)
        do throws(CallFailure) {
            _ = try predictor.rowCount(entry.servable, columnCount: 3, valueCount: 3)
            Issue.record("not refused")
        } catch {
            #expect(
                error.message == "3 columns found; model 'isolation_forest.s' takes 4 values per row (a, b, c, d)")
        }
    }

    @Test func `a call whose reply would not fit a frame is refused with the most rows there may be`() throws {
        let (cache, entry) = try Rows.entry(definition)
        let predictor = Predictor(cache: cache)
        let most = try predictor.rowCount(entry.servable, columnCount: 0, valueCount: 4 * 174_762)
        #expect(most == 174_762)
        do throws(CallFailure) {
            _ = try predictor.rowCount(entry.servable, columnCount: 0, valueCount: 4 * 174_763)
            Issue.record("not refused")
        } catch {
            #expect(
                error
                    == CallFailure(
                        .resourceExhausted,
                        "174763 rows would make a reply over 4 MiB; send at most 174762 rows in one call"))
        }
    }

    @Test func `a row that the model refuses fails its call alone`() throws {
        let (cache, entry) = try Rows.entry(definition)
        var values = Rows.values(12)
        values[9] = .nan

        let failure = refusal { _ = try Rows.predict(cache, entry, values, rowCount: 3, stride: 4) }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix("model 'isolation_forest.s': ") == true)
        #expect(failure?.message.contains("2") == true)
        #expect(try Rows.predict(cache, entry, Array(values.prefix(8)), rowCount: 2, stride: 4).count == 6)
    }

    @Test func `only large calls are batches`() throws {
        let (cache, entry) = try Rows.entry(definition)
        let predictor = Predictor(cache: cache)
        let most = Predictor.inlineWorkMax / entry.servable.model.workPerRow

        var areBatches: [Bool] = []
        for rowCount in [1, most, most + 1] {
            areBatches.append(predictor.isBatch(entry.servable, rowCount: rowCount))
        }

        #expect(areBatches == [false, false, true])
    }

    @Test(arguments: [2, 3, 5]) func `overlapping rows of a series give the bits of explicit rows`(_ window: Int) throws
    {
        // Two values per point.
        let windowed = SampleModels.isolationForest(seed: 3, columns: 2 * window, window: window)
        let (cache, entry) = try Rows.entry(windowed)
        for points in [window, window + 1, 127 + window, 128 + window, 129 + window, 1000] {
            let series = Rows.values(2 * points)
            let rowCount = points - window + 1
            let explicit = (0..<rowCount).flatMap { series[2 * $0..<2 * ($0 + window)] }

            let outputs = try Rows.predict(cache, entry, series, rowCount: rowCount, stride: 2)

            #expect(
                outputs.bits == (try Rows.predict(cache, entry, explicit, rowCount: rowCount, stride: 2 * window)).bits)
        }
    }

    @Test func `scratch memory is aligned, grows, and goes back after a very large call`() {
        let scratch = PredictScratch()
        for count in [1, 100_000, 64, 40 << 20, 1, 20 << 20, 16 << 20] {
            let memory = unsafe scratch.bytes(count)
            let remainder = Int(bitPattern: memory) % 64
            #expect(remainder == 0)
            unsafe memory.storeBytes(of: 1, toByteOffset: count - 1, as: UInt8.self)
        }
    }
}
