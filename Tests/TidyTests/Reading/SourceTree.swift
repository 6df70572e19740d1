import Foundation

/// Everything that the rules look at, read once.
struct SourceTree: Sendable {
    /// All Swift files of `Sources` and `Tests`.
    var files: [SourceFile]
    /// The text of `Package.swift`.
    var manifestText: String
    /// The text of every other file that a rule reads (documentation pages, scripts), by path.
    var texts: [String: String]
    /// The paths that git tracks; those on disk where there is no git.
    var trackedPaths: [String]
    /// The tracked scripts that may not be executed as they are.
    var plainScripts: [String] = []

    /// A tree made up for a test of a rule.
    init(_ contents: [String: String], manifest: String = "") {
        files = contents.keys.sorted().filter { $0.hasSuffix(".swift") }
            .map { SourceFile(path: $0, text: contents[$0] ?? "") }
        manifestText = manifest
        texts = contents
        trackedPaths = contents.keys.sorted()
    }

    /// The package that this test is part of.
    static func ofThisPackage() throws -> SourceTree {
        let root = try packageRoot()
        let paths = try listedPaths(root)
        var contents: [String: String] = [:]
        for path in paths where isRead(path) {
            contents[path] = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        }
        let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        var tree = SourceTree(contents, manifest: manifest)
        tree.trackedPaths = paths
        tree.plainScripts = ScriptRule.scripts(in: tree).filter {
            !FileManager.default.isExecutableFile(atPath: root.appending(path: $0).path)
        }
        return tree
    }

    /// The folders of `Sources` that hold Swift.
    var targetFolders: [String] {
        Set(files.filter(\.isInSources).map(\.target)).sorted()
    }

    private static func isRead(_ path: String) -> Bool {
        let isSource = path.hasPrefix("Sources/") || path.hasPrefix("Tests/")
        return (isSource && (path.hasSuffix(".swift") || path.hasSuffix(".md"))) || ScriptRule.isScript(path)
    }

    /// Walks up from this file to the folder of `Package.swift`.
    private static func packageRoot() throws -> URL {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            guard folder.path != "/" else {
                throw TidyError(message: "no Package.swift above \(#filePath): run the tests where they were built")
            }
            folder.deleteLastPathComponent()
        }
        return folder
    }

    private static func listedPaths(_ root: URL) throws -> [String] {
        if FileManager.default.fileExists(atPath: root.appending(path: ".git").path) {
            return try GitFiles.paths(root)
        }
        let roots = ["Sources", "Tests", "deploy", ".ci"]
        return try roots.flatMap { name in
            let below = FileManager.default.enumerator(atPath: root.appending(path: name).path)
            return (below?.compactMap { $0 as? String } ?? []).map { "\(name)/\($0)" }
        }.filter { path in
            let values = try root.appending(path: path).resourceValues(forKeys: [.isRegularFileKey])
            return values.isRegularFile == true
        }
    }
}

/// Why the sources could not be read.
struct TidyError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}
