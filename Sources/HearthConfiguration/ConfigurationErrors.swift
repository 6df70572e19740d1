/// Everything that is wrong with a configuration, in the order of the file; the environment's share comes last.
package struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    package var errors: [ConfigurationError]

    package init(_ errors: [ConfigurationError]) {
        self.errors = errors
    }

    /// One error per line.
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
