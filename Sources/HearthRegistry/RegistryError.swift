package import HearthCore

/// Why the registry could not do what was asked, and what to do about it.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable {
        /// No such registered model or version.
        case notFound
        /// Somebody else's change came first; the message shows the current state.
        case conflict
        /// The change is not allowed.
        case refused
        /// The store cannot be reached or is busy: worth another try.
        case unavailable
        /// The store holds what it cannot hold: a damaged or foreign database.
        case corrupt
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

    package var description: String {
        hint.isEmpty ? message : "\(message); \(hint)"
    }
}

extension RegistryError {
    /// A BLOB beyond the limit of a model file (R68).
    package static func modelDataTooLarge(_ modelID: ModelID, _ byteCount: Int, _ byteCountMax: Int) -> RegistryError {
        RegistryError(
            .refused, "model_data of version '\(modelID)' has \(byteCount) bytes, at most \(byteCountMax) are read",
            hint: "train a smaller model, or raise the limit with --max-file-size")
    }
}
