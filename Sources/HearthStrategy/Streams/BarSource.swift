/// Where an engine's bars come from.
package enum BarSource: Sendable, Hashable, CustomStringConvertible {
    /// Lines on standard input; their end is the end of the run.
    case standardInput
    /// A file from its beginning to its end.
    case file(String)
    /// A file that grows: read from its beginning, then watched; one that is replaced or cut is read anew.
    case tail(String)
    /// A Unix socket that somebody else listens on: connected to, and again whenever the connection ends.
    case socket(String)

    /// Reads `stdin` or `-`, `file:PATH`, `tail:PATH`, `socket:PATH`.
    ///
    /// Throws ``StrategyError`` for anything else.
    package init(_ text: String) throws(StrategyError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count == 2 ? parts[1] : "") {
        case ("stdin", ""), ("-", ""): self = .standardInput
        case ("file", let path) where !path.isEmpty: self = .file(path)
        case ("tail", let path) where !path.isEmpty: self = .tail(path)
        case ("socket", let path) where !path.isEmpty: self = .socket(path)
        default:
            throw StrategyError(
                .badParameter, "the feed is '\(text)', expected stdin, file:PATH, tail:PATH or socket:PATH")
        }
    }

    /// What ``init(_:)`` reads.
    package var description: String {
        switch self {
        case .standardInput: "stdin"
        case .file(let path): "file:\(path)"
        case .tail(let path): "tail:\(path)"
        case .socket(let path): "socket:\(path)"
        }
    }

    /// Whether bars come as they close, rather than all at once.
    package var isLive: Bool {
        switch self {
        case .file: false
        case .standardInput, .tail, .socket: true
        }
    }
}
