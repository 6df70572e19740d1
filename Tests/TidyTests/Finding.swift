/// One place that breaks a rule, told so that the reader knows what to do.
struct Finding: CustomStringConvertible, Equatable {
    var path: String
    /// From 1; 0 when the finding is about the whole file.
    var line: Int
    /// What was found, what is expected, and the mend.
    var message: String

    var description: String { line > 0 ? "\(path):\(line): \(message)" : "\(path): \(message)" }
}

/// One thing that the sources keep to.
protocol Rule: Sendable {
    func findings(in tree: SourceTree) -> [Finding]
}
