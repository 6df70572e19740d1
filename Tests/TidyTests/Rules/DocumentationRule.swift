/// Types and operations that other targets may use say what they are.
///
/// The formatter's own rule looks at `public` only.
struct DocumentationRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        let sources = tree.files.filter(\.isInSources)
        let requirements = Set(sources.flatMap(requirements(in:)))
        return sources.flatMap { file in
            file.code.indices.compactMap { finding(in: file, $0, requirements) }
        }
    }

    private func finding(in file: SourceFile, _ index: Int, _ requirements: Set<String>) -> Finding? {
        guard let declaration = Declaration(line: file.code[index]), declaration.needsComment else { return nil }
        guard !isDocumented(file, index), !requirements.contains(declaration.name) else { return nil }
        if declaration.keyword == "init", file.code[index].contains("init(from decoder:") || onlyAssigns(file, index) {
            return nil
        }
        let what = [declaration.keyword, declaration.name].filter { !$0.isEmpty }.joined(separator: " ")
        return Finding(
            path: file.path, line: index + 1,
            message:
                "`\(what)` has no `///`: one sentence that stands alone, then units, threads, ownership, errors as "
                + "they matter")
    }

    /// The functions that the protocols of `file` ask for: they are explained there, once, not at each implementation.
    private func requirements(in file: SourceFile) -> [String] {
        file.code.indices.flatMap { index -> [String] in
            guard Declaration(line: file.code[index])?.keyword == "protocol" else { return [] }
            let indentation = file.code[index].prefix(while: { $0 == " " })
            let body = file.code[(index + 1)...].prefix(while: { $0 != indentation + "}" })
            return body.compactMap { Declaration(line: $0) }.filter { $0.keyword == "func" }.map(\.name)
        }
    }

    private func isDocumented(_ file: SourceFile, _ declaration: Int) -> Bool {
        var index = declaration - 1
        while index >= 0, file.code[index].trimmed.hasPrefix("@") { index -= 1 }
        return index >= 0 && file.comments[index].trimmed.hasPrefix("///")
    }

    /// Whether the initialiser at `index` is the one the compiler would write: it cannot fail, and it only assigns.
    private func onlyAssigns(_ file: SourceFile, _ index: Int) -> Bool {
        let rest = file.code[index...].joined(separator: "\n")
        guard let opening = Self.bodyStart(in: rest) else { return false }
        let signature = String(rest[..<opening])
        guard !SourceFile.holds(signature, "throws"), !signature.contains("init?") else { return false }
        // A closure or a block in the body is more than an assignment: then the first brace is not the body's own.
        let body = rest[opening...].dropFirst().prefix(while: { $0 != "}" })
        guard !body.contains("{") else { return false }
        return body.split(separator: "\n").map(\.trimmed).allSatisfy { line in
            var words = line.split(separator: " ")[...]
            if words.first == "unsafe" { words.removeFirst() }
            return words.isEmpty || words.dropFirst().first == "="
        }
    }

    /// The brace that opens the body; those of default values stand inside the parentheses.
    private static func bodyStart(in text: String) -> String.Index? {
        var depth = 0
        return text.indices.first { index in
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            return text[index] == "{" && depth == 0
        }
    }
}

extension Declaration {
    /// Properties whose name and type say it all may go without; so may what a protocol of a library asks for.
    var needsComment: Bool {
        let standard: Set<String> = ["==", "<", "hash", "encode", "next", "makeIterator", "run"]
        return isOffered && keyword != "let" && keyword != "var" && !standard.contains(name)
    }
}

extension StringProtocol {
    /// Without the blanks before and after.
    fileprivate var trimmed: SubSequence {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
