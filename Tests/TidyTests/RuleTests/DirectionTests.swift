import Testing

/// The rules about who may import what, each shown to pass what is right and to name what is wrong.
@Suite struct DirectionTests {
    @Test(arguments: [
        ("Sources/HearthCore/A.swift", "import HearthModel", "HearthCore (layer 0, vocabulary) imports HearthModel"),
        ("Sources/HearthWire/A.swift", "package import HearthKernels", "beside it in layer 2 (machinery)"),
        ("Sources/HearthServing/A.swift", "public import HearthServer", "above it in layer 5 (composition)"),
        ("Sources/HearthServing/A.swift", "import HearthTestSupport", "is for tests"),
        ("Sources/HearthNew/A.swift", "import HearthCore", "HearthNew is in no layer: add it to"),
    ])
    func `an import that does not point down is found`(path: String, text: String, message: String) throws {
        let findings = ImportDirectionRule().findings(in: SourceTree([path: text]))
        #expect(findings.count == 1)
        #expect(try #require(findings.first).message.contains(message))
    }

    @Test(arguments: [
        ("Sources/HearthServing/A.swift", "import HearthCore\npackage import HearthModel"),
        ("Sources/hearthd/main.swift", "import HearthServer\nimport ArgumentParser"),
        ("Sources/HearthCore/A.swift", "// import HearthServer"),
        ("Tests/HearthCoreTests/A.swift", "import HearthServer"),
    ])
    func `an import that points down passes`(path: String, text: String) {
        #expect(ImportDirectionRule().findings(in: SourceTree([path: text])).isEmpty)
    }

    @Test(arguments: [
        ("Sources/HearthServing/A.swift", "import CHearthMessages", "may be imported only in Sources/HearthWire/"),
        ("Sources/HearthServer/A.swift", "private import CCrypto", "(SHA-256 of artifacts)"),
        ("Sources/HearthServing/A.swift", "import GRDB", "SQLite is one of the stores"),
        ("Sources/HearthCore/A.swift", "import Foundation", "HearthCore does without Foundation"),
        ("Sources/HearthWire/A.swift", "import struct FoundationEssentials.URL", "does without Foundation"),
        ("Sources/HearthKernels/A.swift", "import Foundation", "does without Foundation"),
        ("Sources/HearthServing/A.swift", "import NIOCore", "nobody has said who may import NIOCore"),
    ])
    func `a way round a wall is found`(path: String, text: String, message: String) throws {
        let findings = WallRule().findings(in: SourceTree([path: text]))
        #expect(findings.count == 1)
        #expect(try #require(findings.first).message.contains(message))
    }

    @Test(arguments: [
        ("Sources/HearthWire/A.swift", "import CHearthMessages\nimport Glibc"),
        ("Sources/HearthArtifacts/A.swift", "import Foundation\nimport CCrypto"),
        ("Sources/hearth/A.swift", "import ArgumentParser\nimport HearthClient"),
    ])
    func `an import inside the wall passes`(path: String, text: String) {
        #expect(WallRule().findings(in: SourceTree([path: text])).isEmpty)
    }

    @Test(arguments: [
        ("layer(\"HearthCore\", [\"HearthModel\"]),", "HearthCore (layer 0) depends on HearthModel (layer 1)"),
        ("layer(\"HearthNew\"),", "HearthNew is in no layer"),
        (".unsafeFlags([\"-Xcc\"])", "unsafeFlags is not allowed"),
        (".unsafeFlags([\"-enforce-exclusivity=unchecked\"])", "unsafeFlags is not allowed"),
        ("swiftSettings: [\"-Ounchecked\"]", "-Ounchecked is not allowed"),
    ])
    func `a manifest that breaks the layers is found`(text: String, message: String) {
        let findings = ManifestRule().findings(in: SourceTree([:], manifest: text))
        #expect(findings.contains { $0.message.contains(message) })
    }

    @Test func `a row without a target is found`() {
        let findings = ManifestRule().findings(in: SourceTree([:], manifest: "layer(\"HearthCore\"),"))
        #expect(findings.contains { $0.message.hasPrefix("HearthServer is in") })
        #expect(!findings.contains { $0.message.hasPrefix("HearthCore") })
    }
}
