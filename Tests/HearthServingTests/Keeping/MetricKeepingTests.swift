import HearthCore
import HearthMetrics
import HearthRegistry
import HearthServing
import HearthTestSupport
import Synchronization
import Testing

/// R110: what is measured and when it is written. Time is the test's.
@Suite struct MetricKeepingTests {
    /// Keeps rows in memory, and goes away when told to.
    private final class Table: MetricStore {
        let rows = Mutex<[MetricRow]>([])
        let failure = Mutex<RegistryError.Code?>(nil)

        func append(_ rows: [MetricRow]) throws(RegistryError) {
            if let code = failure.withLock({ $0 }) { throw RegistryError(code, "away") }
            self.rows.withLock { $0 += rows }
        }

        func metrics(_ name: String?, since: Timestamp, limit: Int) throws(RegistryError) -> [MetricRow] {
            rows.withLock { rows in rows.filter { $0.name == name } }
        }

        func removeMetrics(_ names: [String], before: Timestamp) throws(RegistryError) -> Int {
            rows.withLock { rows in
                let count = rows.count
                rows.removeAll { names.contains($0.name) && $0.at < before }
                return count - rows.count
            }
        }
    }

    private let table = Table()
    private let counters = ServerCounters()
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func make(_ bench: ManagerBench, retention: Duration? = nil) throws -> (MetricRecorder, RegistryKeeper) {
        let recorder = MetricRecorder(counters: counters)
        let keeper = try RegistryKeeper(
            manager: bench.manager, store: bench.spy, file: nil, holder: "test",
            metrics: RegistryKeeper.Metrics(
                recorder: recorder, store: table, totals: [counters], counters: counters, retention: retention),
            logger: bench.log.logger)
        return (recorder, keeper)
    }

    private func turn(_ keeper: RegistryKeeper, _ seconds: Int64, clock: Timestamp = .now()) {
        keeper.turn(at: start.advanced(byNanoseconds: seconds * 1_000_000_000), clock: clock)
    }

    @Test func `R110 C30 counts since the last look are written every minute, nothing for nothing`() throws {
        let bench = try ManagerBench()
        try bench.manager.reconcile()
        let (recorder, keeper) = try make(bench)
        let row = try bench.version(1)
        let servable = try TestModel.servable(1)
        recorder.loaded(row, servable)
        _ = bench.cache.insert(servable)
        turn(keeper, 0)
        let load = try #require(try table.metrics("model_load_time", since: .now(), limit: 9).first)
        #expect(load.entityID == servable.modelID.text && load.value == 1)
        #expect(
            load.extraJSON == #"{"file_size_kb":2,"metric_type":"series-1","model_type":"isolation_forest"}"#)
        servable.calls.wrappingAdd(7, ordering: .relaxed)
        servable.detections.wrappingAdd(3, ordering: .relaxed)
        counters.detectionsUntrained.add(2)
        turn(keeper, 59)
        #expect(table.rows.withLock { $0.count } == 1)
        turn(keeper, 60)
        let calls = try table.metrics("calls", since: .now(), limit: 9)
        #expect(calls.map(\.value) == [7])
        #expect(
            calls.first?.extraJSON
                == #"{"metric_type":"series-1","model_type":"isolation_forest","source":"file"}"#)
        #expect(try table.metrics("detections", since: .now(), limit: 9).map(\.value) == [3, 2])
        turn(keeper, 120)
        #expect(table.rows.withLock { $0.count } == 4, "nothing was counted")
        servable.calls.wrappingAdd(1, ordering: .relaxed)
        recorder.retired(servable)
        turn(keeper, 121)
        #expect(try table.metrics("calls", since: .now(), limit: 9).map(\.value) == [7, 1], "kept when it goes")
        #expect(counters.metricsWritten.value == 5 && counters.metricsDropped.value == 0)
    }

    @Test func `R110 rows wait while the database is away, and are dropped and counted beyond a bound`() throws {
        let bench = try ManagerBench()
        try bench.manager.reconcile()
        let (recorder, keeper) = try make(bench)
        table.failure.withLock { $0 = .unavailable }
        let (row, servable) = (try bench.version(1), try TestModel.servable(1))
        for _ in 0..<MetricRecorder.pendingCountMax + 10 { recorder.loaded(row, servable) }
        #expect(counters.metricsDropped.value == 10)
        turn(keeper, 0)
        turn(keeper, 4)
        #expect(bench.log.lines.count { $0.contains("metrics not written") } == 1)
        table.failure.withLock { $0 = nil }
        turn(keeper, 5)
        #expect(table.rows.withLock { $0.count } == MetricRecorder.pendingCountMax)
        table.failure.withLock { $0 = .refused }
        recorder.loaded(row, servable)
        turn(keeper, 10)
        #expect(counters.metricsDropped.value == 11, "what the table refuses is not tried for ever")
        #expect(recorder.isEmpty)
    }

    @Test func `R110 rows beyond their days go, once an hour`() throws {
        let bench = try ManagerBench()
        try bench.manager.reconcile()
        let (_, keeper) = try make(bench, retention: .seconds(86_400))
        let now = Timestamp.now()
        let old = Timestamp(microseconds: now.microseconds - 86_401_000_000)
        func add() { table.rows.withLock { $0.append(MetricRow(name: "calls", entityID: nil, value: 1, at: old)) } }
        add()
        turn(keeper, 0, clock: now)
        #expect(table.rows.withLock { $0.isEmpty })
        add()
        turn(keeper, 3599, clock: now)
        #expect(table.rows.withLock { $0.count } == 1)
        turn(keeper, 3600, clock: now)
        #expect(table.rows.withLock { $0.isEmpty })
    }
}

extension ManagerBench {
    /// A row that is in no registry.
    fileprivate func version(_ number: Int) throws -> ModelVersion {
        let id = try TestModel.id(number)
        return ModelVersion(
            modelID: id, name: try TestModel.name(),
            key: ModelKey(modelType: "isolation_forest", metricType: "series-1"), status: .success, path: id.text,
            sizeBytes: 2048, trainingDate: .now(), createdAt: .now())
    }
}
