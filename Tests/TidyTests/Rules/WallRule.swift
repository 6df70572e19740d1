/// What comes from outside the layers is imported only where its row in ``Walls`` says; and request-path targets do
/// without Foundation.
struct WallRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.files.filter(\.isInSources).flatMap { file in
            ImportStatement.all(in: file).compactMap { finding(in: file, $0) }
        }
    }

    private func finding(in file: SourceFile, _ statement: ImportStatement) -> Finding? {
        let module = statement.module
        if module.hasPrefix("Foundation"), Walls.withoutFoundation.contains(file.target) {
            return Finding(
                path: file.path, line: statement.line,
                message: "\(file.target) does without Foundation: it is on the path of every request. Use the standard "
                    + "library, Glibc or Synchronization")
        }
        if let wall = Walls.table.first(where: { $0.module == module }) {
            guard !wall.importers.contains(where: file.path.hasPrefix) else { return nil }
            return Finding(
                path: file.path, line: statement.line,
                message:
                    "\(module) may be imported only in \(wall.importers.joined(separator: ", ")) (\(wall.reason)). "
                    + "Call the Swift type there instead, or widen its row in Tests/TidyTests/Tables/Walls.swift")
        }
        let isKnown =
            Walls.toolchain.contains(module) || Layers.layer(of: module) != nil || Layers.testTargets.contains(module)
        guard !isKnown else { return nil }
        return Finding(
            path: file.path, line: statement.line,
            message: "nobody has said who may import \(module): add a row with the reason to "
                + "Tests/TidyTests/Tables/Walls.swift")
    }
}
