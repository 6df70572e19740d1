import Foundation
import HearthArtifacts
import HearthCore
import HearthImport
import HearthKernels
import HearthRegistry
import HearthServing
import HearthTestSupport
import Logging
import Testing

/// Files become versions.
@Suite struct ModelImporterTests {
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    private var importer: ModelImporter {
        ModelImporter(directory: shelf.directory, registry: shelf.store, actor: "test")
    }

    private var loader: ArtifactLoader {
        ArtifactLoader(directory: shelf.directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `a version has the model, the original under its own name and digest, and where it comes from`() throws {
        let file = try ModelImport.read(path: ImportSamples.iforest)
        let imported = try importer.publish(file, as: ImportNaming(series: "stok_seviye"))
        #expect(imported.name.text == "isolation_forest.stok_seviye")
        #expect(imported.modelID.text.hasPrefix("isolation_forest_stok_seviye_"))
        let version = try shelf.directory.open(imported.modelID)
        let original = try #require(version.manifest.files.first { $0.name == "iforest_auto.p4.pkl" })
        #expect(original.digest == file.file.digest)
        #expect(
            try ImportSamples.bytes("\(imported.path)/iforest_auto.p4.pkl")
                == ImportSamples.bytes(ImportSamples.iforest))
        #expect(version.manifest.trainedWith == Manifest.Library(name: "scikit-learn", version: "1.7.2"))
        let metadata = try #require(try shelf.directory.metadata(of: imported.modelID))
        #expect(metadata.metrics.isEmpty)
        #expect(metadata.parameters["class"] == .string("IsolationForest"))
        #expect(metadata.parameters["imported_sha256"] == .string("\(file.file.digest)"))

        let row = try #require(try shelf.store.version(imported.modelID))
        #expect(row.status == .success && row.accuracy == nil && row.metricsJSON == "{}")
        #expect(row.key == ModelKey(modelType: "isolation_forest", metricType: "stok_seviye"))
        #expect(row.trainingDate == file.file.modified)
        #expect(try loader.load(row).model.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
    }

    @Test func `R129: a model.joblib of scikit-learn lies in the folder under its own name, and is served`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("model.joblib")
        let sample = try ImportSamples.file("sklearn-1.7.2/iforest_auto", "auto.joblib")
        try FileManager.default.copyItem(atPath: sample, toPath: path)
        let imported = try importer.publish(try ModelImport.read(path: path), as: ImportNaming(series: "stok_seviye"))
        #expect(try ImportSamples.bytes("\(imported.path)/model.joblib") == ImportSamples.bytes(sample))
        let row = try #require(try shelf.store.version(imported.modelID))
        #expect(try loader.load(row).model.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
    }

    @Test func `an original called like a file of Hearth's own gets another name`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/manifest.json"
        try FileManager.default.copyItem(atPath: ImportSamples.iforest, toPath: path)
        let imported = try importer.publish(try ModelImport.read(path: path), as: ImportNaming(pattern: "a"))
        #expect(imported.originalName == "original-manifest.json")
    }

    @Test func `a version beyond the quota is refused and leaves nothing`() throws {
        let directory = try ModelDirectory(
            shelf.directory.path, limits: ArtifactLimits(totalByteCountMax: 1000))
        let importer = ModelImporter(directory: directory, registry: shelf.store, actor: "test")
        let error = #expect(throws: ImportError.self) {
            try importer.publish(try ModelImport.read(path: ImportSamples.iforest), as: ImportNaming(pattern: "a"))
        }
        #expect(error?.code == .publishFailed)
        #expect(error?.message.contains("--max-total-size") == true)
        #expect(try shelf.store.versions(of: nil, limit: 10).isEmpty)
        #expect(try shelf.directory.list().isEmpty)
    }

    @Test func `in place: the row names the file, and nothing is copied`() throws {
        let path = "\(shelf.directory.path)/iforest.joblib"
        try FileManager.default.copyItem(
            atPath: try ImportSamples.file("sklearn-1.7.2/iforest_auto", "auto.joblib"), toPath: path)
        let imported = try importer.register(
            inPlace: try ModelImport.read(path: path), as: ImportNaming(pattern: "stok"))
        let row = try #require(try shelf.store.version(imported.modelID))
        #expect(row.path == "iforest.joblib" && row.manifestDigest.isEmpty)
        #expect(try shelf.directory.list().isEmpty)
        #expect(try loader.load(row).name.text == "stok")
    }

    @Test func `in place: a file outside the model directory is refused, also through a link`() throws {
        let link = "\(shelf.directory.path)/link.pkl"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: ImportSamples.iforest)
        for path in [ImportSamples.iforest, link] {
            let error = #expect(throws: ImportError.self) {
                try importer.register(inPlace: try ModelImport.read(path: path), as: ImportNaming(pattern: "a"))
            }
            #expect(error?.code == .outside, "\(error as Any)")
        }
        #expect(try shelf.store.versions(of: nil, limit: 10).isEmpty)
    }
}
