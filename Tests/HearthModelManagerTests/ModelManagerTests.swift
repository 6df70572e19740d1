import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthLifecycle
import HearthModel
import HearthModelManager
import HearthRegistry
import HearthTestSupport
import Synchronization
import Testing

/// The specification's operations, one after the other.
@Suite struct ModelManagerTests {
    private let shelf: ModelShelf
    private let warnings = Warnings()

    /// What the manager warns of.
    private final class Warnings: Sendable {
        private let list = Mutex<[String]>([])

        func add(_ text: String) { list.withLock { $0.append(text) } }
        var all: [String] { list.withLock { $0 } }
    }

    init() throws { shelf = try ModelShelf() }

    private static let type = "isolation_forest"
    private static let series = "stok_seviye"
    private static let key = ModelKey(modelType: type, metricType: series)

    private static let pickle = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/corpus/sklearn-1.7.2/iforest_auto.p4.pkl").path()

    private func manager(cacheEnabled: Bool = false) -> ModelManager {
        let warnings = warnings
        return ModelManager(
            store: shelf.store, directory: shelf.directory, cacheEnabled: cacheEnabled, actor: "test",
            warn: { warnings.add($0) })
    }

    @discardableResult
    private func save(_ manager: ModelManager, seed: UInt64, accuracy: Double? = nil) throws -> ModelID {
        let path = try manager.saveModelToFile(
            SampleModels.isolationForest(seed: seed), modelType: Self.type, metricType: Self.series,
            accuracy: accuracy, precision: 0.8, recall: 0.7)
        return try ModelID(String(path.split(separator: "/").last ?? ""))
    }

    @Test func `R11: it saves versions, loads the newest, cleans up, tells of errors and watches the disk`() throws {
        let manager = manager()
        let ids = try (0..<5).map { try save(manager, seed: $0) }
        #expect(Set(ids).count == 5)
        #expect(try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)?.version.modelID == ids[4])
        #expect(try manager.cleanupOldModels().deletedCount == 2)
        #expect(try manager.listAvailableModels().map(\.modelID) == ids[2...].reversed())
        try shelf.damage(ids[4])
        #expect(throws: (any Error).self) {
            try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)
        }
        #expect(try manager.checkDiskSpace().totalGB > 0)
    }

    @Test func `R12, R23: a manager makes its directory and its registry`() throws {
        let folder = try TemporaryFolder()
        let manager = try ModelManager(modelsDirectory: folder.file("a/b"))
        #expect(FileManager.default.fileExists(atPath: folder.file("a/b/registry.sqlite")))
        try FileManager.default.removeItem(atPath: folder.file("a/b"))
        try manager.ensureDirectoryExists()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("a/b"))
        #expect(attributes[.posixPermissions] as? Int == 0o755)
    }

    @Test func `R13, R77, R78, R83: what is saved is loaded, with its figures in the registry`() throws {
        let manager = manager()
        let id = try save(manager, seed: 7, accuracy: 0.9)
        let row = try #require(try shelf.store.version(id))
        #expect(row.accuracy == 0.9 && row.precision == 0.8 && row.recall == 0.7 && row.status == .success)
        let loaded = try #require(try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series))
        #expect(loaded.version.modelID == id)
        let rows = [0.1, 0.2, 0.3, 0.4]
        #expect(
            try loaded.model.outputs(of: rows)
                == ModelShelf.expected(SampleModels.isolationForest(seed: 7), rows: rows))
        let index = try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8)
        #expect(index.contains("\(id),,,isolation_forest,"))
    }

    @Test func `R13: a pickle is saved beside its conversion`() throws {
        let path = try manager().saveModelToFile(file: Self.pickle, modelType: Self.type, metricType: Self.series)
        #expect(FileManager.default.fileExists(atPath: "\(path)/iforest_auto.p4.pkl"))
        #expect(FileManager.default.fileExists(atPath: "\(path)/model.hearth"))
    }

    @Test func `R14: what cannot be saved throws and leaves nothing`() throws {
        let small = try ModelDirectory(shelf.directory.path, limits: ArtifactLimits(totalByteCountMax: 100))
        let manager = ModelManager(store: shelf.store, directory: small)
        #expect(throws: (any Error).self) { try save(manager, seed: 1) }
        #expect(try shelf.store.versions(of: nil, limit: 10).isEmpty)
        #expect(try shelf.directory.list().isEmpty)
    }

    @Test func `R17, R79: a model that is not there is nil; production comes before newer`() throws {
        let manager = manager()
        #expect(try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series) == nil)
        let ids = try (0..<3).map { try save(manager, seed: $0) }
        #expect(try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)?.version.modelID == ids[2])
        try manager.promoteModel(ids[0])
        #expect(try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)?.version.modelID == ids[0])
    }

    @Test func `R18, R82: a damaged model throws`() throws {
        let manager = manager()
        try shelf.damage(try save(manager, seed: 1))
        #expect(throws: (any Error).self) {
            try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)
        }
    }

    @Test func `R29, C1: the second load is a hit, until another version is the one`() throws {
        let manager = manager(cacheEnabled: true)
        let ids = try (0..<2).map { try save(manager, seed: $0) }
        func load() throws -> ModelID? {
            try manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)?.version.modelID
        }
        #expect(try load() == ids[1])
        try shelf.damage(ids[1])
        #expect(try load() == ids[1])
        try manager.promoteModel(ids[0])
        #expect(try load() == ids[0])
    }

    @Test func `R32, R89: ten threads load at once`() throws {
        let manager = manager()
        let id = try save(manager, seed: 1)
        let found = Mutex<[ModelID]>([])
        DispatchQueue.concurrentPerform(iterations: 10) { _ in
            let loaded = try? manager.loadModelFromFile(modelType: Self.type, metricType: Self.series)
            if let loaded { found.withLock { $0.append(loaded.version.modelID) } }
        }
        #expect(found.withLock { $0 } == [ModelID](repeating: id, count: 10))
    }

    @Test func `R19, R162: the list has what is there, and warns of what is not`() throws {
        let manager = manager()
        let ids = try (0..<2).map { try save(manager, seed: $0, accuracy: 0.5) }
        try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(ids[1])")
        let models = try manager.listAvailableModels()
        #expect(models.map(\.modelID) == [ids[0]])
        #expect(models[0].modelType == Self.type && models[0].metricType == Self.series)
        #expect(models[0].path == "\(shelf.directory.path)/\(ids[0])" && models[0].sizeKB > 1)
        #expect(models[0].accuracy == 0.5)
        #expect(warnings.all == ["\(ids[1]) is passed over: its files are missing"])
    }

    @Test func `R20, R80: a clean-up keeps the latest three, and what is in production`() throws {
        let manager = manager()
        let ids = try (0..<6).map { try save(manager, seed: $0) }
        try manager.promoteModel(ids[0])
        let result = try manager.cleanupOldModels()
        #expect(result.deletedCount == 2 && result.freedSpaceMB > 0)
        #expect(Set(result.keptModels) == [ids[0], ids[3], ids[4], ids[5]])
    }

    @Test func `R21: what is known of a model`() throws {
        let manager = manager()
        #expect(try manager.getModelInfo(modelType: Self.type, metricType: Self.series) == nil)
        let id = try save(manager, seed: 1, accuracy: 0.75)
        let info = try #require(try manager.getModelInfo(modelType: Self.type, metricType: Self.series))
        #expect(info.modelID == id && info.accuracy == 0.75 && info.isActive && info.sizeKB > 1)
        try manager.promoteModel(id, stage: .archived)
        #expect(try manager.getModelInfo(modelType: Self.type, metricType: Self.series) == nil)
    }

    @Test func `R22: a SQLite registry has nothing to migrate, and says so`() throws {
        let error = #expect(throws: RegistryError.self) { try manager().migrateFromDatabase(dryRun: true) }
        #expect(error?.hint == "open the manager with postgresql://user@host/database")
    }

    @Test func `R24, R61: a file name has type, series and time`() throws {
        let name = try manager().generateFilename(modelType: Self.type, metricType: Self.series)
        let pattern = #/isolation_forest_stok_seviye_\d{8}_\d{6}_\d{3}_[a-z2-7]{4}\.pkl/#
        #expect(name.wholeMatch(of: pattern) != nil, "\(name)")
    }

    @Test func `R25, R26, R28: files are checked, measured and kept inside`() throws {
        let manager = manager()
        let id = try save(manager, seed: 1)
        let copy = "\(shelf.directory.path)/legacy.pkl"
        try FileManager.default.copyItem(atPath: Self.pickle, toPath: copy)
        #expect(manager.validateModelFile(id.text) && manager.validateModelFile("legacy.pkl"))
        #expect(!manager.validateModelFile("none.pkl") && !manager.validateModelFile(Self.pickle))
        let size = try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int
        #expect(try manager.getFileSizeKB("legacy.pkl") == Double(size ?? 0) / 1024)
        try shelf.damage(id)
        #expect(!manager.validateModelFile(id.text))
        #expect(try manager.validatePath("legacy.pkl") == copy)
        let error = #expect(throws: ArtifactError.self) { try manager.validatePath("../x") }
        #expect(error?.message.hasPrefix("Path traversal attempt detected") == true)
    }

    @Test func `R27: the disk has a total, a used and a free part`() throws {
        let disk = try manager().checkDiskSpace()
        #expect(disk.totalGB > 0 && disk.usedGB >= 0 && disk.freeGB <= disk.totalGB && (0...100) ~= disk.percent)
    }

    @Test func `R141, R163: a new version takes the place of the oldest, never that of production`() throws {
        let manager = manager()
        let key = ModelKey(modelType: "rf", symbol: "BTC/USDT", timeframe: "15m")
        func register() throws -> ModelID {
            try manager.registerModel(
                file: Self.pickle, key: key, metrics: ["sharpe": .number(1.5)], maxModelsPerSymbolTF: 2)
        }
        let first = try register()
        try manager.promoteModel(first, reason: "first")
        let second = try register()
        let third = try register()
        #expect(Set(try shelf.directory.list().map(\.id)) == [first, third])
        #expect(try shelf.store.version(second)?.path == nil)
        #expect(try manager.getLatestModel(key)?.modelID == third)
        #expect(try manager.getLatestProductionModel(key)?.modelID == first)
    }

    @Test func `R147, C18: a stage is a status, and only two of them are stages`() throws {
        let manager = manager()
        let id = try save(manager, seed: 1)
        try manager.promoteModel(id, stage: .production)
        #expect(try shelf.store.version(id)?.status == .production)
        #expect(throws: RegistryError.self) { try manager.promoteModel(id, stage: .candidate) }
        #expect(throws: RegistryError.self) { try manager.promoteModel(id, stage: .archived) }
        #expect(throws: RegistryError.self) { try manager.promoteModel(try ModelID("none")) }
    }

    @Test func `R148, R162, C22: the latest model is one whose files are there; nothing is removed`() throws {
        let manager = manager()
        let ids = try (0..<2).map { try save(manager, seed: $0) }
        try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(ids[1])")
        #expect(try manager.getLatestModel(Self.key)?.modelID == ids[0])
        #expect(warnings.all.count == 1)
        #expect(try shelf.store.version(ids[1]) != nil)
        #expect(try manager.getLatestProductionModel(Self.key) == nil)
    }

    @Test func `R161: an entry is held against its files`() throws {
        let manager = manager()
        let id = try save(manager, seed: 1)
        #expect(try manager.validateRegistryEntry(id).isEmpty)
        try shelf.damage(id)
        #expect(try !manager.validateRegistryEntry(id).isEmpty)
        #expect(throws: RegistryError.self) { try manager.validateRegistryEntry(try ModelID("none")) }
    }
}
