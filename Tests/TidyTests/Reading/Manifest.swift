/// What the rules need of `Package.swift`: its targets and what each depends on.
struct Manifest {
    struct Target: Equatable {
        var name: String
        /// Every name in the target's declaration but its own: targets, and products of other packages.
        var dependencies: [String]
        /// From 1.
        var line: Int
    }

    let targets: [Target]

    /// Reads the declarations `layer("X", [...])`, `program(...)`, `tests(...)` and SwiftPM's own from the text.
    init(text: String) {
        let calls = ["layer", "program", "tests", ".target", ".executableTarget", ".testTarget", ".systemLibrary"]
        let halves = SourceSplitter.split(text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let code = halves.code.split(separator: "\n", omittingEmptySubsequences: false)
        var targets: [Target] = []
        for index in lines.indices {
            let start = code[index].drop(while: { $0 == " " })
            guard calls.contains(where: { start.hasPrefix($0 + "(") }) else { continue }
            let names = Self.literals(from: index, lines: lines, code: code)
            guard let name = names.first else { continue }
            targets.append(Target(name: name, dependencies: Array(names.dropFirst()), line: index + 1))
        }
        self.targets = targets
    }

    /// The string literals from `first` to the line where the parentheses opened there are closed.
    private static func literals(from first: Int, lines: [Substring], code: [Substring]) -> [String] {
        var depth = 0
        var names: [String] = []
        for index in first..<lines.count {
            // The odd pieces between quotes; a name holds no quote and no escape.
            let pieces = uncommented(lines[index], code[index]).split(separator: "\"", omittingEmptySubsequences: false)
            names += pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }
            for character in code[index] {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
            }
            if depth <= 0 { break }
        }
        return names
    }

    private static func uncommented(_ line: Substring, _ code: Substring) -> Substring {
        guard let end = code.lastIndex(where: { $0 != " " }) else { return "" }
        return line.prefix(code.distance(from: code.startIndex, to: end) + 1)
    }
}
