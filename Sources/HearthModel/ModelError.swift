/// Why a model definition, or the packed form of one, is not a model.
package struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of thing is wrong, to switch on.
    package enum Code: Sendable, Equatable {
        /// A definition contradicts itself; see ``ModelDefinition/validate()``.
        case invalidDefinition
        /// The definition is sound, but no kernel computes it.
        case unsupported
        /// The data given to a fit is not enough to fit on.
        case insufficientData
        /// A section that the model needs is absent.
        case missingSection
        /// The bytes of a section are not what the packer writes.
        case malformedSection
    }

    package var code: Code
    /// Where: `stage 1`, `tree 3 node 17`, `section NODE`, ….
    package var place: String
    /// What was found, and what was expected.
    package var message: String
    /// The next step for the person who reads this.
    package var hint: String

    package init(_ code: Code, at place: String, _ message: String, hint: String) {
        self.code = code
        self.place = place
        self.message = message
        self.hint = hint
    }

    package var description: String { "\(place): \(message); \(hint)" }

    static func invalid(_ place: String, _ message: String) -> ModelError {
        ModelError(
            .invalidDefinition, at: place, message, hint: "correct the model or convert it again from its source")
    }

    static func unsupported(_ place: String, _ message: String) -> ModelError {
        ModelError(.unsupported, at: place, message, hint: "train the model with a supported setting")
    }

    static func malformed(_ section: SectionID, _ message: String) -> ModelError {
        ModelError(
            .malformedSection, at: "section \(section)", message,
            hint: "the bytes are damaged or of another version; publish the model again")
    }
}
