/// Types and operations that other targets may use say what they are.
///
/// The formatter's own rule looks at `public` only.
struct DocumentationRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.files.filter(\.isInSources).flatMap { file in
            file.code.indices.compactMap { finding(in: file, $0) }
        }
    }

    private func finding(in file: SourceFile, _ index: Int) -> Finding? {
        guard let declaration = Declaration(line: file.code[index]), declaration.needsComment else { return nil }
        guard !isDocumented(file, index) else { return nil }
        if declaration.keyword == "init", onlyAssigns(file, index) { return nil }
        let what = [declaration.keyword, declaration.name].filter { !$0.isEmpty }.joined(separator: " ")
        return Finding(
            path: file.path, line: index + 1,
            message:
                "`\(what)` has no `///`: one sentence that stands alone, then units, threads, ownership, errors as "
                + "they matter")
    }

    private func isDocumented(_ file: SourceFile, _ declaration: Int) -> Bool {
        var index = declaration - 1
        while index >= 0, file.code[index].trimmed.hasPrefix("@") { index -= 1 }
        return index >= 0 && file.comments[index].trimmed.hasPrefix("///")
    }

    /// Whether the initialiser at `index` is the one the compiler would write: it cannot fail and assigns its parameters.
    private func onlyAssigns(_ file: SourceFile, _ index: Int) -> Bool {
        guard let opening = file.code[index...].firstIndex(where: { $0.contains("{") }) else { return false }
        guard !file.code[index...opening].contains(where: { SourceFile.holds($0, "throws") }) else { return false }
        let line = file.code[opening]
        let sameLine = line[(line.lastIndex(of: "{") ?? line.startIndex)...].dropFirst()
        var statements = [String(sameLine).trimmed]
        if !sameLine.contains("}") {
            let indentation = file.code[index].prefix(while: { $0 == " " })
            statements += file.code[(opening + 1)...].prefix(while: { $0 != indentation + "}" }).map(\.trimmed)
        }
        return statements.allSatisfy { $0.isEmpty || $0.hasPrefix("self.") && $0.contains(" = ") }
    }
}

extension Declaration {
    /// Properties whose name and type say it all may go without; so may what a standard protocol asks for.
    var needsComment: Bool {
        let standard: Set<String> = ["==", "<", "hash", "encode"]
        return isOffered && keyword != "let" && keyword != "var" && !standard.contains(name)
    }
}

extension String {
    /// Without the blanks before and after.
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
