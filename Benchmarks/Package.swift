// swift-tools-version: 6.2
import PackageDescription

// What a call costs in things that can be counted: they are the same in every run, so CI can hold a limit against them.
// Times are `hearth bench`. See README.md.
let package = Package(
    name: "hearth-benchmarks",
    products: [
        .library(name: "CallCounter", type: .dynamic, targets: ["CallCounter"]),
        .executable(name: "counted-costs", targets: ["counted-costs"]),
    ],
    dependencies: [
        .package(name: "hearth", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        // Preloaded into a program, never linked.
        .target(name: "CallCounter", cSettings: [.unsafeFlags(["-fno-builtin", "-O2"])]),
        .executableTarget(
            name: "counted-costs",
            dependencies: [
                .product(name: "HearthClient", package: "hearth"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    ]
)
