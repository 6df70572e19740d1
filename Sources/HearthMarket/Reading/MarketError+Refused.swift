extension MarketError {
    /// A line that gives no bar, where none may be passed over.
    static func refused(_ problem: BarProblem, _ path: String, _ line: Int, _ reason: String) -> MarketError {
        MarketError(
            .badData, path: path, line: line, "\(problem.sentence): \(reason)",
            hint: "mend the line, or let such lines be skipped and counted")
    }
}
