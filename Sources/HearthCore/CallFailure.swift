/// Why a call is not answered: the status that both lanes share, and a sentence that says what was found, what was
/// expected and the mend.
package struct CallFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var code: StatusCode
    package var message: String

    package init(_ code: StatusCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.name): \(message)" }
}
