/// A module that only some folders may import, and why.
struct Wall {
    var module: String
    /// Folders and files below the package.
    var importers: [String]
    var reason: String
}

/// Who may import what comes from outside the layers: C, and packages of others.
enum Walls {
    static let table: [Wall] = [
        Wall(
            module: "CHearthLinux",
            importers: [
                "Sources/HearthCore/", "Sources/HearthArtifacts/", "Sources/HearthServing/", "Sources/HearthServer/",
                "Sources/HearthClient/", "Sources/hearth/Bench/",
            ],
            reason: "the few calls of Linux that Swift cannot import; those who open files and sockets need them"),
        Wall(
            module: "CHearthMessages", importers: ["Sources/HearthWire/"],
            reason: "generated message structs; everybody else sees HearthWire's Swift values"),
        Wall(
            module: "CProtobufC", importers: ["Sources/HearthWire/"],
            reason: "the allocator of the message arena"),
        Wall(
            module: "CNGHTTP2", importers: ["Sources/HearthGRPC/"],
            reason: "the HTTP/2 engine below the gRPC lane"),
        Wall(
            module: "CZlib", importers: ["Sources/HearthGRPC/Gzip.swift", "Sources/HearthArtifacts/Compression/"],
            reason: "gRPC messages that a client sends compressed; compressed pickle and joblib files"),
        Wall(
            module: "CBZip2", importers: ["Sources/HearthArtifacts/Compression/"],
            reason: "joblib files with bz2"),
        Wall(
            module: "CLZMA", importers: ["Sources/HearthArtifacts/Compression/"],
            reason: "joblib files with xz and lzma"),
        Wall(
            module: "CLZ4", importers: ["Sources/HearthArtifacts/Compression/"],
            reason: "joblib files with lz4"),
        Wall(
            module: "CCrypto", importers: ["Sources/HearthArtifacts/"],
            reason: "SHA-256 of artifacts"),
        Wall(
            module: "CLibPQ", importers: ["Sources/HearthRegistryPostgres/Connection/"],
            reason: "PostgreSQL is one of the stores behind RegistryStore"),
        Wall(
            module: "CCurl", importers: ["Sources/HearthObjectStore/Curl/CurlHandle.swift"],
            reason: "requests to an object store"),
        Wall(
            module: "CXGBoost", importers: ["Sources/HearthTraining/XGBoost/"],
            reason: "boosted trees and random forests are trained by the library that its users know"),
        Wall(
            module: "Yams", importers: ["Sources/HearthConfiguration/"],
            reason: "config/system.yml"),
        Wall(
            module: "GRDB", importers: ["Sources/HearthRegistrySQLite/"],
            reason: "SQLite is one of the stores behind RegistryStore"),
        Wall(
            module: "GRDBSQLite", importers: ["Sources/HearthRegistrySQLite/RegistryDatabase.swift"],
            reason: "the one setting that GRDB leaves to SQLite's own call"),
        Wall(
            module: "ArgumentParser",
            importers: ["Sources/hearth/", "Sources/hearthd/", "Sources/hearth-trainer/"],
            reason: "command lines belong to programs"),
        Wall(
            module: "Histogram", importers: ["Sources/hearth/"],
            reason: "latency reports of hearth bench"),
        Wall(
            module: "Logging",
            importers: [
                "Sources/HearthServing/", "Sources/HearthServer/", "Sources/hearthd/", "Sources/HearthTraining/",
                "Sources/hearth-trainer/",
            ],
            reason: "logs come from what waits and decides; the layers below return errors"),
    ]

    /// Modules that come with the toolchain.
    static let toolchain: Set<String> = [
        "Swift", "Glibc", "Synchronization", "Dispatch", "Foundation", "FoundationEssentials",
    ]

    /// Targets that do without Foundation: they are on the path of every request.
    static let withoutFoundation: Set<String> = ["HearthCore", "HearthWire", "HearthGRPC", "HearthKernels"]
}
