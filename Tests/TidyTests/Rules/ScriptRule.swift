/// Scripts stop at the first error and can be run as they are.
struct ScriptRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        Self.scripts(in: tree).flatMap { path in
            let lines = (tree.texts[path] ?? "").split(separator: "\n")
            var messages: [String] = []
            if lines.first != "#!/usr/bin/env bash" {
                messages.append("the first line is not `#!/usr/bin/env bash`")
            }
            if !lines.contains("set -euo pipefail") {
                messages.append("no `set -euo pipefail`: without it the script runs on after an error")
            }
            if tree.plainScripts.contains(path) {
                messages.append("cannot be executed: chmod +x it")
            }
            return messages.map { Finding(path: path, line: 0, message: $0) }
        }
    }

    /// The scripts of `tree`, by path.
    static func scripts(in tree: SourceTree) -> [String] {
        tree.texts.keys.filter(isScript).sorted()
    }

    /// Whether `path` is run as a command: a file of `deploy` or `.ci` without a suffix.
    static func isScript(_ path: String) -> Bool {
        let components = path.split(separator: "/")
        return components.count == 2 && (components[0] == "deploy" || components[0] == ".ci")
            && !components[1].contains(".")
    }
}
