import Foundation

/// One Swift file as the rules see it.
struct SourceFile: Sendable {
    /// Below the package's folder, e.g. `Sources/HearthCore/Timestamp.swift`.
    let path: String
    /// The lines as written; line `n` of an editor is `lines[n - 1]`.
    let lines: [String]
    /// The same lines with comments and the contents of strings blanked.
    let code: [String]
    /// The same lines with everything but comments blanked.
    let comments: [String]

    init(path: String, text: String) {
        self.path = path
        lines = Self.lines(of: text)
        let halves = SourceSplitter.split(text)
        code = Self.lines(of: halves.code)
        comments = Self.lines(of: halves.comments)
    }

    /// The target whose folder holds the file: `HearthCore` for everything in `Sources/HearthCore/`.
    var target: String {
        let components = path.split(separator: "/")
        return components.count > 2 ? String(components[1]) : ""
    }

    var isInSources: Bool { path.hasPrefix("Sources/") }

    /// The numbers (from 1) of the lines of `part` that hold `word` as a word of its own.
    static func lineNumbers(of word: String, in part: [String]) -> [Int] {
        part.indices.filter { holds(part[$0], word) }.map { $0 + 1 }
    }

    /// Whether `line` holds `word`, not as a piece of a longer name. `print(` is not held by `reprint(` or `x.print(`.
    static func holds(_ line: String, _ word: String) -> Bool {
        var rest = line[...]
        while let range = rest.range(of: word) {
            let before = line[..<range.lowerBound].last
            let after = line[range.upperBound...].first
            let startsAlone = !isNameCharacter(before) && before != "."
            let endsAlone = !isNameCharacter(word.last) || !isNameCharacter(after)
            if startsAlone && endsAlone { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    private static func isNameCharacter(_ character: Character?) -> Bool {
        guard let character else { return false }
        return character.isLetter || character.isNumber || character == "_"
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
