import HearthArtifacts
import HearthCore
import HearthModel
import HearthTestSupport

/// Small versions to publish.
enum Sample {
    static let sections = [
        ModelSection(SectionID("HEAD"), bytes: Array("head".utf8)),
        ModelSection(SectionID("NONE"), bytes: []),
        ModelSection(SectionID("DATA"), bytes: (0..<200).map { UInt8($0) }),
    ]

    static func version(
        _ id: String = "z_score_stok_seviye_20251112_120000_123_k7qd", sections: [ModelSection] = Sample.sections,
        others: [VersionFile] = []
    ) throws -> NewVersion {
        NewVersion(
            modelID: try ModelID(id), name: try ModelName("z_score.stok_seviye"),
            key: Manifest.Key(modelType: "z_score", metricType: "stok_seviye"),
            createdAt: Timestamp(microseconds: 1_762_948_800_123_456),
            trainedWith: Manifest.Library(name: "hearth", version: "1.0"),
            schema: Manifest.Schema(columns: ["level", "hour"], columnCount: 2),
            files: VersionFiles(model: sections, metadata: metadata, others: others))
    }

    static let metadata = ModelMetadata(
        featureColumns: ["level", "hour"], labelConfig: .object(["horizon": .integer(3)]), pipelineVersion: "2",
        metrics: ["roc_auc": .number(0.75), "recall": .null], featureImportance: ["level": .number(0.5)],
        parameters: ["n_estimators": .integer(100), "contamination": .number(0.1)])

    /// Bytes of a model with a section of `byteCount` bytes.
    static func sections(byteCount: Int) -> [ModelSection] {
        [ModelSection(SectionID("DATA"), bytes: [UInt8](repeating: 7, count: byteCount))]
    }
}

extension ModelDirectory {
    /// Publishes without looking and without a registry.
    @discardableResult
    func publish(_ version: NewVersion) throws(ArtifactError) -> PublishedVersion {
        try publish(version, verify: { _ in }, commit: { _ in })
    }
}
