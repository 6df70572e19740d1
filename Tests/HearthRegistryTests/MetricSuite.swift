import HearthCore
import HearthRegistry
import Testing

/// What every store does with the rows of `ml_metrics` (R110).
@Suite struct MetricSuite {
    private static func time(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: 1_762_948_800_000_000 + seconds * 1_000_000)
    }

    private static func row(_ name: String, _ seconds: Int64, _ value: Double = 1.25) -> MetricRow {
        MetricRow(
            name: name, entityID: "isolation_forest_1", value: value, at: time(seconds),
            extraJSON: #"{"metric_type": "stok_seviye"}"#)
    }

    private func store(_ place: any RegistryPlace) throws -> any RegistryStore & MetricStore {
        try #require(try place.open() as? any RegistryStore & MetricStore)
    }

    @Test(arguments: RegistryBackend.all)
    func `R110 C30 rows come back as they were written, the newest first`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try store(place)
        let rows = [Self.row("model_load_time", 1), Self.row("calls", 2, 1e15), Self.row("calls", 3)]
        try store.append(rows)
        try store.append([])
        try store.append([MetricRow(name: "detections", entityID: nil, value: 3, at: Self.time(4))])
        #expect(try store.metrics("calls", since: Self.time(0), limit: 10) == [rows[2], rows[1]])
        #expect(try store.metrics(nil, since: Self.time(1), limit: 10).map(\.at) == (1...4).reversed().map(Self.time))
        #expect(try store.metrics(nil, since: Self.time(4), limit: 10).first?.entityID == nil)
        #expect(try store.metrics(nil, since: Self.time(1), limit: 2).count == 2)
        #expect(try store.headVersion() == 0, "no change of the registry")
    }

    @Test(arguments: RegistryBackend.all)
    func `R110 a batch is written as a whole or not at all`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try store(place)
        let error = failure { () throws(RegistryError) in
            try store.append([Self.row("calls", 1), Self.row(String(repeating: "x", count: 51), 2)])
        }
        #expect(error?.code == .refused)
        #expect(try store.metrics(nil, since: Self.time(0), limit: 10).isEmpty)
        try store.append([Self.row("calls", 1)])
        #expect(try store.metrics(nil, since: Self.time(0), limit: 10).count == 1)
    }

    @Test(arguments: RegistryBackend.all)
    func `R110 old rows of the named measures go, other programs' rows stay`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try store(place)
        try store.append([Self.row("calls", 1), Self.row("rows", 1), Self.row("theirs", 1), Self.row("calls", 9)])
        #expect(try store.removeMetrics(["calls", "rows"], before: Self.time(9)) == 2)
        #expect(try store.metrics(nil, since: Self.time(0), limit: 10).map(\.name) == ["calls", "theirs"])
    }
}
