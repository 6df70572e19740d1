/// Why a training could not be done, and what to do about it.
package struct TrainingError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable {
        /// The file cannot be opened or read, or is no regular file.
        case unreadableFile
        /// The file cannot be written.
        case unwritableFile
        /// The file can be read but is no CSV table, or one beyond the limits.
        case badTable
        /// A value is not what its column promises.
        case badValue
        /// A column that was asked for is not in the table.
        case noSuchColumn
        /// The rows carry nothing to learn from: too few, all missing, all equal.
        case unusableData
        /// A parameter is outside its range, or contradicts another.
        case badParameter
        /// The library that learns gave up, with its own words.
        case learnerFailed
        /// Somebody asked it to stop; nothing was written.
        case stopped
        /// The trained model did not pass its own check.
        case verificationFailed
        /// The version could not be written to the model directory.
        case publishFailed
        /// The registry refused or could not be reached.
        case registryFailed
    }

    package var code: Code
    /// The file that it is about; empty when it is about none.
    package var path: String
    /// The line in the file, the first one being 1.
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
