/// One `import` of a file.
struct ImportStatement: Equatable {
    /// The module, e.g. `HearthCore`; of `import struct Foundation.URL` it is `Foundation`.
    var module: String
    /// From 1.
    var line: Int

    /// The imports of `file`, with whatever attributes and access levels stand before them.
    static func all(in file: SourceFile) -> [ImportStatement] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return file.code.indices.compactMap { index in
            let words = file.code[index].split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let position = words.firstIndex(of: "import") else { return nil }
            guard words[..<position].allSatisfy(isModifier) else { return nil }
            guard let name = words[(position + 1)...].first(where: { !kinds.contains($0) }) else { return nil }
            let module = name.prefix(while: { $0 != "." && $0 != ";" })
            return ImportStatement(module: String(module), line: index + 1)
        }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        return levels.contains(word) || word.hasPrefix("@")
    }
}
