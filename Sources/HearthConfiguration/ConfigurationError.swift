/// Why a configuration cannot be used: where, what was found, what was expected, the mend.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, or the environment variable that overrode it.
    package var path: String
    /// The line and the column in the file, both from 1; nil for what is in no file.
    package var line: Int?
    package var column: Int?
    /// What was found and what was expected.
    package var message: String
    /// The next step for the person who reads this; may be empty.
    package var hint: String

    package init(path: String, line: Int? = nil, column: Int? = nil, _ message: String, hint: String = "") {
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }

    /// `path:line:column: message; hint`, the parts that there are.
    package var description: String {
        let place = [path, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return "\(place): \(message)" + (hint.isEmpty ? "" : "; \(hint)")
    }
}
