import CXGBoost

/// Turns the status codes of libxgboost's C interface into ``TrainingError``.
enum XGBoostStatus {
    /// More of libxgboost's words than this is a stack trace that says nothing to a person.
    private static let messageByteCountMax = 600

    /// Throws ``TrainingError`` with libxgboost's own words when `status` is not 0.
    ///
    /// - Parameter action: what was tried, such as "grow a round of trees".
    static func check(_ status: Int32, _ action: String) throws(TrainingError) {
        guard status != 0 else { return }
        let words = unsafe XGBGetLastError().map { unsafe String(cString: $0) } ?? ""
        throw TrainingError(
            .learnerFailed, "libxgboost could not \(action): \(firstLine(of: words))",
            hint: "check the parameters and the values of the features")
    }

    /// The sentence, without the time and the stack trace around it.
    private static func firstLine(of words: String) -> String {
        let lines = words.split(separator: "\n", omittingEmptySubsequences: true)
        var kept: [Substring] = []
        for line in lines {
            if line.hasPrefix("Stack trace") { break }
            kept.append(line)
        }
        let text = kept.joined(separator: " ")
        return text.isEmpty
            ? "it gave no reason" : String(decoding: text.utf8.prefix(messageByteCountMax), as: UTF8.self)
    }
}
