/// Splits Swift text into its code and its comments, so that a rule about code is not fooled by prose.
///
/// Both halves keep the text's lines. In `code`, comments and the contents of string literals are blanks (interpolated
/// expressions stay); in `comments`, everything else is.
struct SourceSplitter {
    private enum Context {
        /// Inside code; an interpolation ends at the parenthesis that closes its own.
        case code(openParentheses: Int)
        case string(poundCount: Int, isMultiline: Bool)
        case lineComment
        case blockComment(depth: Int)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var contexts: [Context] = [.code(openParentheses: 0)]
    private var code: [UInt8] = []
    private var comments: [UInt8] = []

    private init(_ text: String) {
        bytes = Array(text.utf8)
        code.reserveCapacity(bytes.count)
        comments.reserveCapacity(bytes.count)
    }

    /// The two halves of `text`.
    static func split(_ text: String) -> (code: String, comments: String) {
        var splitter = SourceSplitter(text)
        while splitter.index < splitter.bytes.count {
            splitter.step()
        }
        return (String(decoding: splitter.code, as: UTF8.self), String(decoding: splitter.comments, as: UTF8.self))
    }

    private mutating func step() {
        switch contexts.last ?? .code(openParentheses: 0) {
        case .code(let openParentheses): stepCode(openParentheses)
        case .string(let poundCount, let isMultiline): stepString(poundCount, isMultiline)
        case .lineComment:
            if bytes[index] == newline { contexts.removeLast() }
            take(1, into: .comments)
        case .blockComment(let depth): stepBlockComment(depth)
        }
    }

    private mutating func stepCode(_ openParentheses: Int) {
        if starts(with: "//") {
            contexts.append(.lineComment)
        } else if starts(with: "/*") {
            contexts.append(.blockComment(depth: 0))
        } else if let opening = openingQuote() {
            take(opening.byteCount, into: .code)
            contexts.append(.string(poundCount: opening.poundCount, isMultiline: opening.isMultiline))
        } else {
            if bytes[index] == UInt8(ascii: "("), contexts.count > 1 {
                replaceTop(.code(openParentheses: openParentheses + 1))
            } else if bytes[index] == UInt8(ascii: ")"), contexts.count > 1 {
                if openParentheses == 0 {
                    contexts.removeLast()
                } else {
                    replaceTop(.code(openParentheses: openParentheses - 1))
                }
            }
            take(1, into: .code)
        }
    }

    private mutating func stepString(_ poundCount: Int, _ isMultiline: Bool) {
        let pounds = String(repeating: "#", count: poundCount)
        let closing = (isMultiline ? "\"\"\"" : "\"") + pounds
        if starts(with: closing) {
            contexts.removeLast()
            take(closing.utf8.count, into: .code)
        } else if starts(with: "\\" + pounds + "(") {
            take(2 + poundCount, into: .neither)
            contexts.append(.code(openParentheses: 0))
        } else if starts(with: "\\" + pounds) {
            take(2 + poundCount, into: .neither)
        } else {
            // A string of one line cannot go on: what looked like its opening was something else.
            if bytes[index] == newline, !isMultiline { contexts.removeLast() }
            take(1, into: .neither)
        }
    }

    private mutating func stepBlockComment(_ depth: Int) {
        if starts(with: "/*") {
            replaceTop(.blockComment(depth: depth + 1))
            take(2, into: .comments)
        } else if starts(with: "*/") {
            if depth <= 1 {
                contexts.removeLast()
            } else {
                replaceTop(.blockComment(depth: depth - 1))
            }
            take(2, into: .comments)
        } else {
            take(1, into: .comments)
        }
    }

    private func openingQuote() -> (byteCount: Int, poundCount: Int, isMultiline: Bool)? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == quote else { return nil }
        let isMultiline = end + 2 < bytes.count && bytes[end + 1] == quote && bytes[end + 2] == quote
        return (end - index + (isMultiline ? 3 : 1), end - index, isMultiline)
    }

    private func starts(with text: String) -> Bool {
        bytes[index...].starts(with: text.utf8)
    }

    private mutating func replaceTop(_ context: Context) {
        contexts[contexts.count - 1] = context
    }

    private enum Half { case code, comments, neither }

    /// Moves over `count` bytes: they go to one half, and blanks to the other.
    private mutating func take(_ count: Int, into half: Half) {
        for byte in bytes[index..<min(index + count, bytes.count)] {
            code.append(half == .code || byte == newline ? byte : blank)
            comments.append(half == .comments || byte == newline ? byte : blank)
        }
        index = min(index + count, bytes.count)
    }

    private let newline = UInt8(ascii: "\n")
    private let blank = UInt8(ascii: " ")
    private let quote = UInt8(ascii: "\"")
}
