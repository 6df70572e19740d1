/// `Package.swift` and the layers name the same targets, its dependencies point down, and no flag switches checks off.
struct ManifestRule: Rule {
    private let path = "Package.swift"

    func findings(in tree: SourceTree) -> [Finding] {
        let targets = Manifest(text: tree.manifestText).targets
        return targets.flatMap(findings(of:)) + missing(in: targets) + flags(in: tree)
    }

    private func findings(of target: Manifest.Target) -> [Finding] {
        let outside = Layers.cTargets + Layers.testTargets
        guard let own = Layers.layer(of: target.name) else {
            guard !outside.contains(target.name), !target.name.hasSuffix("Tests") else { return [] }
            return [Finding(path: path, line: target.line, message: Layers.unknown(target.name))]
        }
        return target.dependencies.compactMap { dependency in
            guard let other = Layers.layer(of: dependency), other.number >= own.number else { return nil }
            return Finding(
                path: path, line: target.line,
                message: "\(target.name) (layer \(own.number)) depends on \(dependency) (layer \(other.number)). "
                    + "Dependencies point to lower layers only; see Tests/TidyTests/Tables/Layers.swift")
        }
    }

    private func missing(in targets: [Manifest.Target]) -> [Finding] {
        let named = Layers.table.flatMap(\.targets) + Layers.cTargets + Layers.testTargets
        let declared = Set(targets.map(\.name))
        return named.filter { !declared.contains($0) }.map { name in
            Finding(
                path: path, line: 0,
                message: "\(name) is in Tests/TidyTests/Tables/Layers.swift, but no target has that name: take it out")
        }
    }

    private func flags(in tree: SourceTree) -> [Finding] {
        let manifest = SourceFile(path: path, text: tree.manifestText)
        return ["unsafeFlags", "-Ounchecked"].flatMap { flag in
            manifest.lines.indices.filter { index in
                manifest.lines[index].contains(flag)
                    && !Exceptions.compilerFlags.contains { manifest.lines[index].contains($0.text) }
            }.map { index in
                Finding(
                    path: path, line: index + 1,
                    message: "\(flag) is not allowed: -Ounchecked deletes preconditions with everything inside them, "
                        + "and a package with unsafe flags cannot be depended on")
            }
        }
    }
}
