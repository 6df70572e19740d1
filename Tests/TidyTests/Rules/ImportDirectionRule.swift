/// A target imports from lower layers only.
struct ImportDirectionRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.files.filter(\.isInSources).flatMap(findings(in:)) + unknownFolders(in: tree)
    }

    private func findings(in file: SourceFile) -> [Finding] {
        guard let own = Layers.layer(of: file.target) else { return [] }
        return ImportStatement.all(in: file).compactMap { statement in
            if Layers.testTargets.contains(statement.module) {
                return Finding(
                    path: file.path, line: statement.line,
                    message: "\(statement.module) is for tests; a target of Sources cannot import it")
            }
            guard let other = Layers.layer(of: statement.module), other.number >= own.number else { return nil }
            let relation = other.number == own.number ? "beside it in" : "above it in"
            return Finding(
                path: file.path, line: statement.line,
                message: "\(file.target) (layer \(own.number), \(own.name)) imports \(statement.module), which is "
                    + "\(relation) layer \(other.number) (\(other.name)). Imports point down: move what both need to a "
                    + "lower layer, or hand it in through an initialiser in the composition root (HearthServer)")
        }
    }

    private func unknownFolders(in tree: SourceTree) -> [Finding] {
        tree.targetFolders.filter { Layers.layer(of: $0) == nil }.map { name in
            Finding(path: "Sources/\(name)", line: 0, message: Layers.unknown(name))
        }
    }
}

extension Layers {
    /// The layer that `target` is in; nil for C, tests and what is not ours.
    static func layer(of target: String) -> (number: Int, name: String)? {
        table.first { $0.targets.contains(target) }.map { ($0.layer, $0.name) }
    }

    /// What to do about a target that no row names.
    static func unknown(_ target: String) -> String {
        "\(target) is in no layer: add it to Tests/TidyTests/Tables/Layers.swift, in the lowest layer above everything "
            + "that it imports"
    }
}
