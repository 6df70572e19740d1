/// What is wrong with the rules of who may call what, and the mend.
package struct AccessError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
