/// The layers of the package, as `Sources` has them; a target imports from lower layers only.
///
/// A new target gets a row here, in the lowest layer that is above everything it imports.
enum Layers {
    static let table: [(layer: Int, name: String, targets: [String])] = [
        (6, "programs", ["hearthd", "hearth", "hearth-trainer"]),
        (5, "composition", ["HearthServer", "HearthModelManager"]),
        (4, "faces", ["HearthTraining", "HearthImport", "HearthLifecycle", "HearthRegistryOpening", "HearthStrategy"]),
        (
            3, "stages",
            [
                "HearthServing", "HearthGRPC", "HearthClient", "HearthObjectStore", "HearthRegistrySQLite",
                "HearthRegistryPostgres", "HearthMarket", "HearthConfiguration",
            ]
        ),
        (2, "machinery", ["HearthKernels", "HearthArtifacts", "HearthWire", "HearthRegistry"]),
        (1, "definitions", ["HearthModel", "HearthMetrics"]),
        (0, "vocabulary", ["HearthCore"]),
    ]

    /// Targets of C, outside the layers: who may import one is in ``Walls``.
    static let cTargets = [
        "CHearthLinux", "CHearthMessages", "CProtobufC", "CNGHTTP2", "CZlib", "CBZip2", "CLZMA", "CLZ4", "CCrypto",
        "CLibPQ", "CCurl", "CXGBoost",
    ]

    /// What tests share; it may be imported by tests only.
    static let testTargets = ["HearthTestSupport", "hearth-publish-crash", "hearth-fuzz"]
}
