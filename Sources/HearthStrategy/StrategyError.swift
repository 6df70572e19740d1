/// Why a strategy could not be set up or run, and what to do about it.
package struct StrategyError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable {
        /// An option or a limit is outside its range.
        case badParameter
        /// There is no such model, or it cannot trade.
        case unusableModel
        /// A signal log holds what no engine writes.
        case badLog
        /// A feed cannot be opened or read.
        case badFeed
        /// A file or socket of the engine's own cannot be used.
        case system
    }

    package var code: Code
    /// What was found and what was expected.
    package var message: String
    /// The next step for the person who reads this.
    package var hint: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, hint: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
    }

    /// The message and the hint.
    package var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
