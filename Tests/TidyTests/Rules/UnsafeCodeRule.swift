/// `unsafe` stands only where its row in ``UnsafeCode`` allows it, and a promise that the compiler cannot check says
/// above it why it holds.
struct UnsafeCodeRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.files.filter(\.isInSources).flatMap { misplaced(in: $0) + unexplained(in: $0) } + unusedRows(in: tree)
    }

    private func misplaced(in file: SourceFile) -> [Finding] {
        guard !UnsafeCode.table.contains(where: { file.path.hasPrefix($0.path) }) else { return [] }
        return SourceFile.lineNumbers(of: "unsafe", in: file.code).map { line in
            Finding(
                path: file.path, line: line,
                message:
                    "unsafe code outside a wall or a kernel. Use Span, an array or a safe type of the wall; if there "
                    + "is no other way, add a row with the reason to Tests/TidyTests/Tables/UnsafeCode.swift")
        }
    }

    private func unexplained(in file: SourceFile) -> [Finding] {
        ["@unchecked", "nonisolated(unsafe)"].flatMap { promise in
            let lines = SourceFile.lineNumbers(of: promise, in: file.code)
            return lines.filter { !file.hasComment(above: $0, besides: lines) }.map { line in
                Finding(
                    path: file.path, line: line,
                    message: "\(promise) without a comment on the line above: say what makes it sound")
            }
        }
    }

    /// Rows that allow what no file does (any more). A tree without a file below a row has nothing to say about it.
    private func unusedRows(in tree: SourceTree) -> [Finding] {
        UnsafeCode.table.compactMap { row in
            let files = tree.files.filter { $0.path.hasPrefix(row.path) }
            let isUsed = files.contains { !SourceFile.lineNumbers(of: "unsafe", in: $0.code).isEmpty }
            guard !files.isEmpty, !isUsed else { return nil }
            return Finding(
                path: "Tests/TidyTests/Tables/UnsafeCode.swift", line: 0,
                message: "the row of \(row.path) allows unsafe code where there is none: take it out")
        }
    }
}

extension SourceFile {
    /// Whether line `number` has a comment, or the line above it; attributes and `peers`, lines of the same kind, may
    /// stand in between.
    func hasComment(above number: Int, besides peers: [Int]) -> Bool {
        func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " } }
        if !isBlank(comments[number - 1]) { return true }
        var index = number - 2
        while index >= 0, peers.contains(index + 1) || code[index].drop(while: { $0 == " " }).hasPrefix("@") {
            index -= 1
        }
        return index >= 0 && !isBlank(comments[index])
    }
}
