/// What builds leave behind stays out of git, and so do placeholders.
struct StrayFilesRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.trackedPaths.compactMap { path in
            let components = path.split(separator: "/")
            guard let name = components.last else { return nil }
            if components.contains(where: Self.isBuildFolder) || Self.outputSuffixes.contains(where: name.hasSuffix) {
                return Finding(
                    path: path, line: 0,
                    message: "build output does not belong in git: git rm --cached it, and name it in .gitignore")
            }
            if name == "Empty.swift" {
                return Finding(path: path, line: 0, message: "a placeholder: delete it when the target has sources")
            }
            return nil
        }
    }

    private static let outputSuffixes = [".o", ".a", ".so", ".swiftmodule", ".pyc", ".profraw", ".whl", ".orig", "~"]

    private static func isBuildFolder(_ name: Substring) -> Bool {
        name.hasPrefix(".build") || name == "__pycache__" || name == ".venv"
    }
}
