/// Why a model file was not imported, and what to do about it.
package struct ImportError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable {
        /// No usable name or key can be made of what was given.
        case unusableName
        /// The file does not lie in the model directory.
        case outside
        /// The files were not published.
        case publishFailed
        /// The registry did not take the version, or not the promotion.
        case registryFailed
    }

    package var code: Code
    /// What was found and what was expected.
    package var message: String
    /// The next step for the person who reads this; empty when the message says it.
    package var hint: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, hint: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
    }

    package var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
