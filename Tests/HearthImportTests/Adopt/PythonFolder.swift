import Foundation
import HearthRegistry
import HearthTestSupport

/// A registry as a Python program leaves it, in a folder of its own.
struct PythonFolder {
    let folder: TemporaryFolder
    var entries: [ModelRegistryEntry] = []

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    /// A version: its row, and its files when `model` names one of the corpus.
    mutating func add(
        _ id: String, model: String?, at createdAt: String, status: String, symbol: String = "BTC/USDT",
        sharpe: String = "", metadata: String? = PythonFolder.metadata
    ) throws {
        let files = "\(path)/outputs/ml_models/\(id)"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        if let model {
            try FileManager.default.copyItem(
                atPath: try ImportSamples.file(model, ".joblib"), toPath: "\(files)/model.joblib")
        }
        if let metadata { try ImportSamples.write(metadata, to: "\(files)/meta.json") }
        entries.append(
            ModelRegistryEntry(
                modelID: id, symbol: symbol, timeframe: "15m", modelType: "rf", createdAt: createdAt,
                path: "outputs/ml_models/\(id)", sharpe: sharpe, status: status))
    }

    func write(_ text: String, _ name: String, of id: String) throws {
        try ImportSamples.write(text, to: "\(path)/outputs/ml_models/\(id)/\(name)")
    }

    /// Writes the index beside the folders.
    func writeIndex() throws {
        try Data(RegistryIndexText.encode(entries)).write(
            to: URL(filePath: "\(path)/outputs/ml_models/registry_index.csv"))
    }

    /// As `json.dump` writes a dataclass.
    static let metadata = """
        {"model_id": "x", "feature_cols": ["ret_1", "vol_5"], "label_config": {"horizon": 4, "up": 0.01},
         "pipeline_version": "v2", "metrics": {"sharpe": 1.25, "max_drawdown": NaN, "accuracy": 0.6},
         "feature_importances": {"ret_1": 0.75, "vol_5": 0.25}, "feature_preset": "basic"}
        """
}
