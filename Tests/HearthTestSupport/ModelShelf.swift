import Foundation
package import HearthArtifacts
package import HearthCore
import HearthKernels
package import HearthModel
package import HearthRegistry
import HearthRegistrySQLite
import HearthServing

/// A model directory with its registry in a temporary folder: publishes as the trainer does.
package final class ModelShelf: Sendable {
    package let folder: TemporaryFolder
    package let directory: ModelDirectory
    package let store: any RegistryStore

    /// - Parameters:
    ///   - folder: where the directory `models` is made, or lies already.
    ///   - store: the registry; nil for a SQLite one in the directory.
    package init(folder: TemporaryFolder? = nil, store: (any RegistryStore)? = nil) throws {
        self.folder = try folder ?? TemporaryFolder()
        directory = try ModelDirectory(self.folder.file("models"), create: true)
        self.store = try store ?? SQLiteRegistryStore.open(modelDirectory: directory.path)
    }

    /// Publishes a version of `{modelType}.{series}` and registers it.
    @discardableResult
    package func publish(
        _ definition: ModelDefinition, series: String, modelType: String = "isolation_forest", promotes: Bool = false,
        goldenRows: [Double]? = nil, isCompressed: Bool = false, others: [VersionFile] = [],
        trainedAt: Timestamp = .now()
    ) throws -> ModelID {
        let modelID = try publish(
            sections: Self.sections(of: definition, goldenRows: goldenRows),
            columnCount: definition.signature.columnCount, series: series, modelType: modelType,
            isCompressed: isCompressed, others: others, trainedAt: trainedAt)
        if promotes { try promote(modelID, series: series, modelType: modelType) }
        return modelID
    }

    /// What is published of a definition: its packed sections and golden vectors.
    package static func sections(
        of definition: ModelDefinition, goldenRows: [Double]? = nil
    ) throws -> [ModelSection] {
        var sections = try PackedModel.pack(definition)
        sections.append(try golden(definition, sections, goldenRows).encoded())
        return sections
    }

    /// Publishes these sections, which are looked at first unless `isChecked` is false: a version that somebody else's
    /// program, or somebody with bad intentions, has laid there whole.
    package func publish(
        sections: [ModelSection], columnCount: Int, series: String, modelType: String = "isolation_forest",
        isChecked: Bool = true, isCompressed: Bool = false, others: [VersionFile] = [],
        trainedAt: Timestamp = .now()
    ) throws -> ModelID {
        let key = ModelKey(modelType: modelType, metricType: series)
        let name = try key.defaultName()
        var randomness = SystemRandomNumberGenerator()
        let modelID = try ModelID.make(parts: [modelType, series], at: .now(), randomness: &randomness)
        let version = NewVersion(
            modelID: modelID, name: name, key: Manifest.Key(modelType: modelType, metricType: series),
            createdAt: .now(), trainedWith: Manifest.Library(name: "hearth-tests", version: "1"),
            schema: Manifest.Schema(columns: [], columnCount: columnCount),
            files: VersionFiles(model: sections, others: others, isCompressed: isCompressed))
        let store = store
        try directory.publish(
            version, verify: { if isChecked { _ = try ArtifactLoader.check($0, subject: modelID.text) } },
            commit: { published in
                try store.register(
                    ModelVersion(
                        modelID: modelID, name: name, key: key, status: .success, path: published.path,
                        sizeBytes: Int64(published.byteCount), manifestDigest: "\(published.manifestDigest)",
                        trainingDate: trainedAt, createdAt: .now()), actor: "test")
            })
        return modelID
    }

    package func promote(_ modelID: ModelID, series: String, modelType: String = "isolation_forest") throws {
        let name = try ModelKey(modelType: modelType, metricType: series).defaultName()
        _ = try store.promote(modelID, of: name, expectedGeneration: nil, actor: "test", reason: "")
        try directory.announceChange()
    }

    /// The outputs of a definition for rows, straight from the kernels.
    package static func expected(_ definition: ModelDefinition, rows: [Double]) throws -> [Double] {
        try ServableModel(try PackedModel.pack(definition)).outputs(of: rows)
    }

    private static func golden(
        _ definition: ModelDefinition, _ sections: [ModelSection], _ given: [Double]?
    ) throws -> GoldenVectors {
        var random = SplitMix64(seed: 99)
        let columns = definition.signature.columnCount
        let rows = given ?? (0..<16 * columns).map { _ in Double.random(in: -3..<3, using: &random) }
        let model = try ServableModel(sections)
        return try GoldenVectors(
            rowCount: rows.count / columns, columnCount: columns, outputWidth: model.outputWidth, rows: rows,
            outputs: model.outputs(of: rows))
    }
}

extension ModelShelf {
    /// Overwrites the middle of a version's model file, as a failing disk would.
    package func damage(_ modelID: ModelID) throws {
        let path = "\(directory.path)/\(modelID)/model.hearth"
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: [0xDE, 0xAD, 0xBE, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF])
    }
}
