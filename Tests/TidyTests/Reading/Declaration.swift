/// A declaration that opens on one line of code.
struct Declaration: Equatable {
    /// `struct`, `func`, `init`, ….
    var keyword: String
    /// Empty for what has none (`init`, `subscript`).
    var name: String
    /// Whether it is `package` or more.
    var isOffered = false

    private static let keywords: Set<Substring> = [
        "struct", "class", "enum", "protocol", "actor", "func", "init", "subscript", "typealias", "var", "let", "macro",
    ]

    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "open", "static", "final", "mutating", "nonmutating",
        "consuming", "borrowing", "nonisolated", "override", "convenience", "required", "indirect", "lazy", "weak",
        "unowned", "prefix", "postfix", "infix", "isolated", "distributed",
    ]

    /// Nil when no declaration opens on `line`.
    init?(line: String) {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        var isOffered = false
        while let word = words.popFirst() {
            // `init(`, `subscript<`, `private(set)`: the word before the bracket counts.
            let bare = word.prefix(while: { $0.isLetter })
            let next = words.first ?? ""
            // The first word of `class func` is a modifier.
            let isModifier = bare == "class" && Self.keywords.contains(next.prefix(while: \.isLetter))
            let mayTouchBracket = bare == "init" || bare == "subscript"
            if Self.keywords.contains(bare), bare == word || mayTouchBracket, !isModifier {
                keyword = String(bare)
                name = mayTouchBracket ? "" : Self.name(in: next)
                self.isOffered = isOffered
                return
            }
            guard Self.modifiers.contains(bare) || bare == "class" || word.hasPrefix("@") else { return nil }
            if ["public", "package", "open"].contains(word) { isOffered = true }
        }
        return nil
    }

    /// An operator's name may begin with `<`, where a type's name ends.
    private static func name(in word: Substring) -> String {
        guard word.first?.isLetter == true || word.first == "_" || word.first == "`" else {
            return String(word.prefix(while: { $0 != "(" }))
        }
        return String(word.prefix(while: { !"(<:{=".contains($0) }))
    }
}
