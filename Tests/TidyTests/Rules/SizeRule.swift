/// Lines fit a screen, files fit a sitting.
struct SizeRule: Rule {
    static let columnCountMax = 120
    /// The typical file has 100 to 200 lines; beyond this it holds two things.
    static let lineCountMax = 400

    func findings(in tree: SourceTree) -> [Finding] {
        let manifest = SourceFile(path: "Package.swift", text: tree.manifestText)
        return tree.files.flatMap { longLines(in: $0) + length(of: $0) } + longLines(in: manifest)
    }

    private func longLines(in file: SourceFile) -> [Finding] {
        file.lines.indices.filter { file.lines[$0].count > Self.columnCountMax }.map { index in
            Finding(
                path: file.path, line: index + 1,
                message: "\(file.lines[index].count) columns; \(Self.columnCountMax) at most. Break the line")
        }
    }

    private func length(of file: SourceFile) -> [Finding] {
        guard file.lines.count > Self.lineCountMax else { return [] }
        guard !Exceptions.longFiles.contains(where: { $0.path == file.path }) else { return [] }
        return [
            Finding(
                path: file.path, line: 0,
                message: "\(file.lines.count) lines; \(Self.lineCountMax) at most. Move a topic to a file of its own "
                    + "(Type+Topic.swift), or add a row with the reason to Tests/TidyTests/Tables/Exceptions.swift")
        ]
    }
}
