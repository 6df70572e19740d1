import Foundation
import HearthImport

/// Files of the repository's corpus, and copies of them.
enum ImportSamples {
    static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/corpus").path()

    static let iforest = "\(corpus)/sklearn-1.7.2/iforest_auto.p4.pkl"
    /// A class that is not computed.
    static let boosters = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "HearthArtifactsTests/Fixtures/boosters").path()

    /// The first file of a case with this ending.
    static func file(_ path: String, _ ending: String) throws -> String {
        let folder = "\(corpus)/\(path.split(separator: "/")[0])"
        let stem = path.split(separator: "/")[1]
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        guard let name = names.first(where: { $0.hasPrefix("\(stem).") && $0.hasSuffix(ending) }) else {
            throw VerifyError("no \(path) with \(ending)")
        }
        return "\(folder)/\(name)"
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
