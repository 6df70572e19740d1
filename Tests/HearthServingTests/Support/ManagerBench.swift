import Glibc
import HearthCore
import HearthMetrics
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import HearthTestSupport

/// A manager with its cache over a real SQLite registry; versions are loaded by a ``ScriptedLoader``, time stands
/// still.
final class ManagerBench: Sendable {
    let folder: TemporaryFolder
    /// The store of "another process": a connection of its own.
    let registry: SQLiteRegistryStore
    let spy: StoreSpy
    let cache: ModelCache
    let counters = ServerCounters()
    let loader = ScriptedLoader()
    let clock = HeldClock()
    let events = BlockingQueue<ModelEvent>()
    let log = LogRecord()
    let pool: LoaderPool
    let manager: ModelManager

    init(
        byteBudget: Int = 10_000, pins: Set<ModelName> = [], hidesHint: Bool = false,
        preloads: @escaping @Sendable (ModelName) -> Bool = { _ in true }
    ) throws {
        folder = try TemporaryFolder()
        registry = try SQLiteRegistryStore.open(modelDirectory: folder.path)
        spy = try StoreSpy(SQLiteRegistryStore.open(modelDirectory: folder.path), hidesHint: hidesHint)
        cache = ModelCache(byteBudget: byteBudget)
        cache.pin(pins)
        pool = try LoaderPool(threadCount: 2)
        manager = ModelManager(
            store: spy, cache: cache, pool: pool, counters: counters, logger: log.logger, preloads: preloads,
            clock: { [clock] in clock.now() },
            loader: { [loader] version throws(CallFailure) in try loader.load(version) },
            publish: { [events] in _ = events.put($0) })
    }

    deinit { pool.stop() }

    /// Registers version `number` of name `name`.
    @discardableResult
    func register(
        _ number: Int, of name: Int = 1, status: VersionStatus = .success, in registry: (any RegistryStore)? = nil
    ) throws -> ModelID {
        let id = try TestModel.id(number)
        try (registry ?? self.registry).register(
            ModelVersion(
                modelID: id, name: TestModel.name(name),
                key: ModelKey(modelType: "isolation_forest", metricType: "series-\(name)"), status: status,
                path: status == .failed ? nil : id.text, trainingDate: .now(), createdAt: .now(),
                error: status == .failed ? "out of memory" : nil), actor: "test")
        return id
    }

    @discardableResult
    func promote(_ number: Int, of name: Int = 1) throws -> ModelID {
        let id = try TestModel.id(number)
        _ = try registry.promote(id, of: TestModel.name(name), expectedGeneration: nil, actor: "test", reason: "")
        return id
    }

    @discardableResult
    func publish(_ number: Int, of name: Int = 1) throws -> ModelID {
        try register(number, of: name)
        return try promote(number, of: name)
    }

    /// Puts another registry in the place of this one, as a restored backup would be.
    func replaceRegistry(_ fill: (any RegistryStore) throws -> Void) throws {
        let other = try TemporaryFolder()
        do { try fill(SQLiteRegistryStore.open(modelDirectory: other.path)) }
        let path = "\(folder.path)/\(SQLiteRegistryStore.fileName)"
        for suffix in ["", "-wal", "-shm"] {
            unsafe unlink(path + suffix)
            unsafe rename("\(other.path)/\(SQLiteRegistryStore.fileName)\(suffix)", path + suffix)
        }
    }

    /// Asks as a call does, and waits for the answer.
    func ask(name: Int? = nil, version: Int? = nil) throws -> Result<CacheEntry, CallFailure> {
        try ask(
            name: name.map { try TestModel.name($0).text } ?? "",
            version: version.map { try TestModel.id($0).text } ?? "")
    }

    func ask(name: String, version: String) -> Result<CacheEntry, CallFailure> {
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        manager.request(name: name, version: version) { _ = answers.put($0) }
        return answers.take() ?? .failure(CallFailure(.internalError, "no answer"))
    }

    /// The number of the version that answers for a name, and its generation.
    func served(_ name: Int = 1) throws -> String? {
        try cache.production(of: TestModel.name(name)).map { "\($0.servable.modelID) \($0.generation)" }
    }

    /// The next event of a kind; others before it are passed over.
    func event(_ kind: ModelEvent.Kind) -> ModelEvent? {
        while let event = events.take() {
            if event.kind == kind { return event }
        }
        return nil
    }

    /// The events so far, as `kind id`; no more come after this.
    func closeEvents() -> [String] {
        events.close()
        var all: [String] = []
        while let event = events.take() { all.append("\(event.kind) \(event.modelID.text.suffix(1))") }
        return all
    }
}

extension Result where Failure == CallFailure {
    var failure: CallFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
