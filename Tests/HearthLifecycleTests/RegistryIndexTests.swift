import Foundation
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry
import HearthTestSupport
import Testing

/// `registry_index.csv` beside a real registry.
@Suite struct RegistryIndexTests {
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    private var path: String { "\(shelf.directory.path)/registry_index.csv" }

    private func rows() throws -> [ModelRegistryEntry] {
        try RegistryIndexText.decode([UInt8](try Data(contentsOf: URL(filePath: path)))).compactMap(\.entry)
    }

    @Test func `R134: the index has every version, oldest first, and follows a promotion`() throws {
        let ids = try (0..<3).map { try shelf.publish(SampleModels.isolationForest(seed: $0), series: "s") }
        #expect(RegistryIndex.refresh(store: shelf.store, directory: shelf.directory) == nil)
        #expect(try rows().map(\.modelID) == ids.map(\.text))
        #expect(try rows().map(\.status) == ["success", "success", "success"])
        try shelf.promote(ids[1], series: "s")
        #expect(RegistryIndex.refresh(store: shelf.store, directory: shelf.directory) == nil)
        #expect(try rows().map(\.status) == ["success", "production", "success"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        // Neither a version nor a leftover.
        #expect(try shelf.directory.list().map(\.id) == ids.sorted { $0.text < $1.text })
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(shelf.directory.path)/.staging").isEmpty)
    }

    @Test func `C17: a failed training is in the index, a version that was cleaned away is not`() throws {
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        let key = ModelKey(modelType: "isolation_forest", metricType: "s")
        try shelf.store.recordFailure(
            of: try ModelID("broken"), name: try key.defaultName(), key: key, error: "no rows", duration: .seconds(1),
            actor: "test")
        try shelf.store.remove(id, dropsRow: false, actor: "test", reason: "")
        try RegistryIndex.export(store: shelf.store, directory: shelf.directory)
        #expect(try rows().map(\.modelID) == ["broken"])
        #expect(try rows().map(\.status) == ["failed"])
    }

    @Test func `an index that cannot be written is a warning, and the old one stays`() throws {
        try RegistryIndex.export(store: shelf.store, directory: shelf.directory)
        let before = try rows()
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try shelf.directory.replaceIndex { _ in throw Refusal() } }
        #expect(try rows() == before)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
        let warning = RegistryIndex.refresh(store: shelf.store, directory: shelf.directory)
        #expect(warning?.hasPrefix("registry_index.csv was not written: ") == true)
    }

    @Test func `the index of another program in the same folder is kept beside Hearth's own`() throws {
        let theirs = RegistryIndexText.encode([
            ModelRegistryEntry(modelID: "old", modelType: "rf", createdAt: "2025", path: "old", status: "production")
        ])
        try Data(theirs).write(to: URL(filePath: path))
        try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        for _ in 0..<2 { try RegistryIndex.export(store: shelf.store, directory: shelf.directory) }
        #expect(try [UInt8](Data(contentsOf: URL(filePath: "\(path).before-hearth"))) == theirs)
        #expect(try rows().count == 1)
    }

    @Test func `R134: several writers at once leave the index of the last change`() throws {
        let store = shelf.store
        let directory = shelf.directory
        DispatchQueue.concurrentPerform(iterations: 4) { writer in
            for number in 0..<5 {
                let key = ModelKey(modelType: "rf", metricType: "w\(writer)")
                guard let id = try? ModelID("w\(writer)-\(number)"), let name = try? key.defaultName() else { return }
                _ = try? store.recordFailure(
                    of: id, name: name, key: key, error: "e", duration: .zero, actor: "test")
                _ = RegistryIndex.refresh(store: store, directory: directory)
            }
        }
        #expect(try rows().count == store.versions(of: nil, limit: .max).count)
        #expect(try rows().count == 20)
    }

    @Test func `an index of ten thousand versions is written at once`() throws {
        let time = Timestamp(microseconds: 1_762_948_800_123_456)
        let key = ModelKey(modelType: "gradient_boosting", symbol: "BTC/USDT", timeframe: "15m")
        let name = try key.defaultName()
        let versions = try (0..<10_000).map { number in
            ModelVersion(
                modelID: try ModelID("BTC-USDT_15m_gradient_boosting_\(number)"), name: name, key: key,
                status: .success, path: "BTC-USDT_15m_gradient_boosting_\(number)",
                metricsJSON: #"{"cum_return": 0.25, "sharpe": 1.5, "max_drawdown": 0.1}"#, trainingDate: time,
                createdAt: time)
        }
        let start = ContinuousClock.now
        let bytes = RegistryIndexText.encode(versions.compactMap(ModelRegistryEntry.init))
        let seconds = start.duration(to: .now)
        #expect(try RegistryIndexText.decode(bytes).count == 10_000)
        // Without optimisation on a busy machine: some fifty times what a release build takes.
        #expect(seconds < .seconds(10))
    }

    @Test func `the index goes to any file, whole or not at all`() throws {
        try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        let file = shelf.folder.file("copy.csv")
        try RegistryIndex.export(store: shelf.store, file: file)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.hasPrefix("model_id,symbol,timeframe,model_type,created_at,path,cum_return,sharpe,status\n"))
        #expect(throws: SystemError.self) {
            try RegistryIndex.export(store: shelf.store, file: shelf.folder.file("none/copy.csv"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: shelf.folder.path)
        #expect(names.sorted() == ["copy.csv", "models"])
    }
}
