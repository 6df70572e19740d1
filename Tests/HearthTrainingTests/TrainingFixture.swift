import Foundation
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import HearthTraining

/// A model directory, a registry and a CSV file of their own.
struct TrainingFixture {
    let folder: TemporaryFolder
    let directory: ModelDirectory
    let registry: any RegistryStore

    init(limits: ArtifactLimits = ArtifactLimits()) throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(folder.file("models"), create: true, limits: limits)
        registry = try SQLiteRegistryStore.open(modelDirectory: directory.path)
    }

    /// Two columns around (10, 5); every 40th row is far away and labelled.
    static func csv(rows: Int = 400, missingEvery: Int? = nil) -> String {
        var random = Xoshiro256(seed: 99)
        var text = "a,b,label\n"
        for row in 0..<rows {
            let isAnomaly = row % 40 == 39
            let a = (isAnomaly ? 40 : 10) + random.unit()
            let b = (isAnomaly ? -20 : 5) + random.unit()
            let isMissing = missingEvery.map { row % $0 == 0 } ?? false
            text += "\(isMissing ? "" : String(a)),\(b),\(isAnomaly ? 1 : 0)\n"
        }
        return text
    }

    func write(_ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("data.csv")))
        return folder.file("data.csv")
    }

    func request(
        _ text: String = csv(), _ algorithm: Algorithm = .isolationForest(IsolationForestParameters(treeCount: 20)),
        series: String = "stok_seviye", label: String? = "label"
    ) throws -> TrainingRequest {
        let key = ModelKey(modelType: algorithm.modelType, metricType: series)
        return TrainingRequest(
            name: try key.defaultName(), key: key, algorithm: algorithm, dataPath: try write(text),
            selection: TableSelection(label: label))
    }

    func run(_ request: TrainingRequest, promote: Bool = false) throws -> TrainingReport {
        try TrainingRun(request, directory: directory, registry: registry, actor: "test").run(promote: promote)
    }
}
