import Foundation
import HearthArtifacts
import HearthCore

/// The files of `Tests/Fixtures/corpus` (its README says what they are).
enum Corpus {
    struct Case: CustomStringConvertible {
        var folder: String
        var name: String
        var files: [URL]
        var content: [String: Any]

        var description: String { "\(folder)/\(name)" }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/corpus")

    static func cases(in folder: URL = folder) throws -> [Case] {
        var cases: [Case] = []
        let manager = FileManager.default
        for entry in try manager.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            guard entry.hasDirectoryPath else { continue }
            for file in try manager.contentsOfDirectory(at: entry, includingPropertiesForKeys: nil)
            where file.pathExtension == "json" && file.lastPathComponent != "manifest.json" {
                let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
                let content = json as? [String: Any] ?? [:]
                let files = (content["files"] as? [[String: Any]] ?? []).compactMap { $0["file"] as? String }
                cases.append(
                    Case(
                        folder: entry.lastPathComponent, name: file.deletingPathExtension().lastPathComponent,
                        files: files.map { entry.appending(path: $0) }, content: content))
            }
        }
        return cases.sorted { "\($0)" < "\($1)" }
    }

    /// One file of the corpus, by its place.
    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }
}

/// A text of a whole graph that is the same however the graph was written: shared values are written out, sets sorted,
/// arrays hashed.
struct GraphText {
    private var known: [UInt32: String] = [:]
    private var walk = PickleWalk()

    static func of(_ document: PickleDocument) throws -> String {
        var text = GraphText()
        return try text.text(document.root)
    }

    private mutating func text(_ node: PickleNode) throws(ArtifactError) -> String {
        if let known = known[node.index] { return known }
        var parts: [PickleNode] = []
        switch node.kind {
        case .list, .tuple, .set: parts = try node.items()
        case .dictionary: parts = try node.pairs().flatMap { [$0.key, $0.value] }
        case .object:
            parts = try node.arguments()
            if node.isInstance("datetime") || node.isInstance("slice") { break }
            parts.append(try node.state())
        case .array where try node.array().type.kind == .object: parts = try node.items()
        default: break
        }
        var visiting = walk
        var texts = try visiting.enter(node) { walk throws(ArtifactError) in
            var texts: [String] = []
            for part in parts { texts.append(try self.text(part)) }
            return texts
        }
        if node.kind == .set { texts.sort() }
        let text = "\(node.kind) \(try own(node)) [\(texts.joined(separator: ", "))]"
        let digest = try SHA256Hasher.digest(of: Array(text.utf8), subject: "graph").description
        known[node.index] = digest
        return digest
    }

    private func own(_ node: PickleNode) throws(ArtifactError) -> String {
        switch node.kind {
        case .bool: return "\(try node.bool())"
        case .integer: return try node.integerText()
        case .float: return "\(try node.double().bitPattern)"
        case .string: return try node.string()
        case .bytes: return "\(try SHA256Hasher.digest(of: try node.bytes(), subject: "bytes"))"
        case .name: return (node.className?.name ?? "").replacing("long", with: "int")
        case .dictionary, .object, .opaque: return node.className?.name ?? ""
        case .scalar, .elementType: return try node.elementType().text + scalarText(node)
        case .array:
            let array = try node.array()
            guard array.type.kind != .object else { return array.shapeText }
            let digest = unsafe try? array.withBytes { bytes throws(ArtifactError) in
                try unsafe SHA256Hasher.digest(of: bytes, subject: "array")
            }
            return "\(array.type.text) \(array.shapeText) \(array.isFortran) \(digest.map { "\($0)" } ?? "?")"
        case .none, .list, .tuple, .set: return ""
        }
    }

    private func scalarText(_ node: PickleNode) -> String {
        guard node.kind == .scalar else { return "" }
        if let value = try? node.double() { return " \(value.bitPattern)" }
        return " \((try? node.string()) ?? "?")"
    }
}
