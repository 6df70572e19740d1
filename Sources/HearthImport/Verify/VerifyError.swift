/// Why a model cannot be held against inputs and outputs, in a sentence that names what was found and expected.
package struct VerifyError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
