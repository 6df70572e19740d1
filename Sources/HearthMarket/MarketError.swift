/// Why bars, features or labels could not be had, and what to do about it.
package struct MarketError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable {
        /// The file or stream cannot be opened, read or written.
        case unreadable
        /// It can be read but holds no bars, or bars beyond the limits.
        case badData
        /// A parameter is outside its range, or contradicts another.
        case badParameter
        /// What a model says of its features, labels or decisions cannot be used.
        case badCard
    }

    package var code: Code
    /// The file or stream that it is about; empty when it is about none.
    package var path: String
    /// The line, the first one being 1.
    package var line: Int?
    /// What was found and what was expected.
    package var message: String
    /// The next step for the person who reads this.
    package var hint: String
    package var cause: (any Error)?

    package init(
        _ code: Code, path: String = "", line: Int? = nil, _ message: String, hint: String = "",
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.path = path
        self.line = line
        self.message = message
        self.hint = hint
        self.cause = cause
    }

    /// `place: message; hint`, the parts that there are.
    package var description: String {
        let place = path.isEmpty ? "" : line.map { "\(path):\($0): " } ?? "\(path): "
        return place + message + (hint.isEmpty ? "" : "; \(hint)")
    }
}
