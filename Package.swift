// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: Swift 6 mode, no warning tolerated, unsafe code marked where it stands.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The checks of exclusive access at run time cost a fifth of the instructions of a call where the hot state is in
/// classes. Debug builds, which the tests run, keep them; a release build of the server's own targets does without. No
/// product that others depend on contains these targets.
let hotPath: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// A library target with the settings above; every folder of `Sources` is one.
func layer(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = strict
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["HearthTestSupport"], resources: resources, swiftSettings: strict)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let sqlite: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
/// The C library below GRDB, for what GRDB does not offer.
let sqliteLibrary: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

let package = Package(
    name: "hearth",
    products: [
        .library(name: "HearthClient", targets: ["HearthClient"]),
        .executable(name: "hearthd", targets: ["hearthd"]),
        .executable(name: "hearth", targets: ["hearth"]),
        .executable(name: "hearth-trainer", targets: ["hearth-trainer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // 6 programs
        program(
            "hearthd",
            [
                "HearthServer", "HearthServing", "HearthLifecycle", "HearthObjectStore", "HearthRegistryOpening",
                "HearthArtifacts", logging, argumentParser,
            ]),
        program(
            "hearth",
            [
                "HearthStrategy", "HearthConfiguration", "HearthMarket", "HearthClient", "HearthImport",
                "HearthLifecycle", "HearthServing", "HearthObjectStore", "HearthRegistryOpening",
                "HearthRegistryPostgres", "HearthRegistry", "HearthKernels", "HearthArtifacts", "HearthModel",
                "HearthCore", histogram, argumentParser,
            ]),
        program(
            "hearth-trainer",
            [
                "HearthTraining", "HearthStrategy", "HearthConfiguration", "HearthMarket", "HearthLifecycle",
                "HearthServing", "HearthObjectStore", "HearthRegistryOpening", "HearthRegistry", "HearthKernels",
                "HearthArtifacts", "HearthModel", "HearthCore", argumentParser,
            ]),
        // 5 composition
        layer(
            "HearthServer",
            [
                "HearthLifecycle", "HearthServing", "HearthGRPC", "HearthWire", "HearthRegistry", "HearthArtifacts",
                "HearthKernels", "HearthModel", "HearthMetrics", "HearthCore", logging,
            ], settings: hotPath),
        layer(
            "HearthModelManager",
            [
                "HearthImport", "HearthLifecycle", "HearthRegistryOpening", "HearthServing", "HearthRegistryPostgres",
                "HearthArtifacts", "HearthKernels", "HearthRegistry", "HearthModel", "HearthCore",
            ]),
        // 4 faces
        layer("HearthRegistryOpening", ["HearthRegistrySQLite", "HearthRegistryPostgres", "HearthRegistry"]),
        layer(
            "HearthTraining",
            [
                "HearthConfiguration", "HearthMarket", "HearthServing", "HearthArtifacts", "HearthKernels",
                "HearthRegistry", "HearthModel", "HearthCore", "CXGBoost",
            ]),
        layer(
            "HearthStrategy",
            [
                "HearthMarket", "HearthClient", "HearthServing", "HearthArtifacts", "HearthKernels", "HearthRegistry",
                "HearthModel", "HearthCore",
            ]),
        layer(
            "HearthImport",
            [
                "HearthServing", "HearthRegistryPostgres", "HearthArtifacts", "HearthKernels", "HearthRegistry",
                "HearthModel", "HearthCore",
            ]),
        layer(
            "HearthLifecycle",
            ["HearthServing", "HearthArtifacts", "HearthKernels", "HearthRegistry", "HearthModel", "HearthCore"]),
        // 3 stages
        layer(
            "HearthServing",
            [
                "HearthKernels", "HearthArtifacts", "HearthRegistry", "HearthModel", "HearthMetrics", "HearthCore",
                logging,
            ], settings: hotPath),
        layer("HearthMarket", ["HearthArtifacts", "HearthModel", "HearthCore"]),
        layer("HearthConfiguration", ["HearthCore", yaml]),
        layer("HearthGRPC", ["HearthWire", "HearthCore", "CNGHTTP2", "CZlib"], settings: hotPath),
        layer("HearthClient", ["HearthWire", "HearthCore"]),
        layer("HearthObjectStore", ["HearthArtifacts", "HearthCore", "CCurl"]),
        layer("HearthRegistrySQLite", ["HearthRegistry", "HearthCore", sqlite, sqliteLibrary]),
        layer("HearthRegistryPostgres", ["HearthRegistry", "HearthCore", "CLibPQ"]),
        // 2 machinery
        layer("HearthKernels", ["HearthModel", "HearthCore"]),
        layer("HearthArtifacts", ["HearthModel", "HearthCore", "CCrypto", "CZlib", "CBZip2", "CLZMA", "CLZ4"]),
        layer("HearthWire", ["HearthCore", "CHearthMessages"]),
        layer("HearthRegistry", ["HearthCore"]),
        // 1 definitions
        layer("HearthModel", ["HearthCore"]),
        layer("HearthMetrics", ["HearthCore"]),
        // 0 vocabulary
        layer("HearthCore", ["CHearthLinux"]),
        .target(name: "CHearthLinux"),
        .target(name: "CHearthMessages", dependencies: ["CProtobufC"]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CXGBoost", pkgConfig: "xgboost", providers: [.apt(["libxgboost-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // tests
        .target(
            name: "HearthTestSupport",
            dependencies: [
                "HearthServing", "HearthClient", "HearthRegistrySQLite", "HearthArtifacts", "HearthKernels",
                "HearthRegistry", "HearthModel", "HearthWire", "HearthCore", "CZlib",
            ], path: "Tests/HearthTestSupport",
            swiftSettings: strict),
        tests("TidyTests", []),
        tests("HearthCoreTests", ["HearthCore"]),
        tests("HearthModelTests", ["HearthModel"]),
        tests("HearthKernelsTests", ["HearthKernels", "HearthModel"], resources: [.copy("Fixtures")]),
        tests(
            "HearthArtifactsTests",
            ["HearthImport", "HearthArtifacts", "HearthKernels", "HearthModel", "hearth-publish-crash"],
            resources: [.copy("Fixtures")]),
        .executableTarget(
            name: "hearth-publish-crash",
            dependencies: [
                "HearthRegistrySQLite", "HearthRegistryPostgres", "HearthRegistry", "HearthArtifacts", "HearthKernels",
                "HearthModel", "HearthCore",
            ],
            path: "Tests/HearthPublishCrash",
            swiftSettings: strict),
        tests(
            "HearthObjectStoreTests",
            [
                "HearthObjectStore", "HearthServer", "HearthClient", "HearthArtifacts", "HearthModel",
                "HearthRegistry", "HearthCore", logging, "hearth", "hearthd", "hearth-trainer",
            ]),
        tests(
            "HearthRegistryTests",
            [
                "HearthRegistrySQLite", "HearthRegistryPostgres", "HearthRegistry", "HearthCore", sqlite,
                "hearth-publish-crash",
            ]),
        tests("HearthWireTests", ["HearthWire", "HearthCore", "CHearthMessages"]),
        tests("HearthGRPCTests", ["HearthGRPC", "HearthWire", "HearthCore", "CNGHTTP2"]),
        tests(
            "HearthServingTests",
            [
                "HearthServing", "HearthArtifacts", "HearthKernels", "HearthModel", "HearthMetrics",
                "HearthRegistrySQLite", "HearthRegistry", "HearthCore", logging,
            ]),
        tests(
            "HearthServerTests",
            [
                "HearthServer", "HearthServing", "HearthClient", "HearthGRPC", "HearthWire", "HearthArtifacts",
                "HearthKernels", "HearthModel", "HearthMetrics", "HearthRegistryPostgres", "HearthRegistry",
                "HearthCore", "CNGHTTP2", logging, "hearthd",
            ]),
        tests(
            "HearthLifecycleTests",
            [
                "HearthLifecycle", "HearthServing", "HearthArtifacts", "HearthRegistry", "HearthModel", "HearthCore",
                logging,
            ]),
        tests(
            "HearthModelManagerTests",
            [
                "HearthModelManager", "HearthLifecycle", "HearthArtifacts", "HearthKernels", "HearthRegistry",
                "HearthModel", "HearthCore",
            ]),
        tests("HearthClientTests", ["HearthClient", "HearthWire", "HearthCore", "CHearthLinux"]),
        tests(
            "HearthTrainingTests",
            [
                "HearthTraining", "HearthStrategy", "HearthConfiguration", "HearthMarket", "HearthRegistrySQLite",
                "HearthArtifacts", "HearthKernels", "HearthRegistry", "HearthModel", "HearthCore", "hearth-trainer",
            ], resources: [.copy("Fixtures")]),
        tests("HearthMarketTests", ["HearthMarket", "HearthArtifacts", "HearthModel", "HearthCore"]),
        tests("HearthConfigurationTests", ["HearthConfiguration", "HearthCore"]),
        tests(
            "HearthStrategyTests",
            [
                "HearthStrategy", "HearthMarket", "HearthServer", "HearthServing", "HearthClient", "HearthArtifacts",
                "HearthKernels", "HearthRegistrySQLite", "HearthRegistry", "HearthModel", "HearthCore", logging,
                "hearth", "hearthd", "hearth-trainer",
            ]),
        tests(
            "HearthImportTests",
            [
                "HearthModelManager", "HearthRegistryOpening", "HearthImport", "HearthLifecycle", "HearthServing",
                "HearthClient", "HearthArtifacts", "HearthKernels", "HearthModel", "HearthRegistrySQLite",
                "HearthRegistryPostgres", "HearthRegistry", "HearthCore", logging, "hearth", "hearthd",
            ]),
    ]
)

// The fuzzer has libFuzzer's main function and needs its flags: it is built by deploy/fuzz alone.
if Context.environment["HEARTH_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "hearth-fuzz",
            dependencies: [
                "HearthGRPC", "HearthWire", "HearthArtifacts", "HearthKernels", "HearthModel", "HearthCore",
            ], path: "Fuzz",
            swiftSettings: strict))
    package.products.append(.executable(name: "hearth-fuzz", targets: ["hearth-fuzz"]))
}
