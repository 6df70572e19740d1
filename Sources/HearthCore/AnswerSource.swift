/// Who answered a call: in every reply, so that a fallback is never silent.
package enum AnswerSource: String, Sendable, CaseIterable {
    /// A version read from the model directory.
    case file
    /// A version read from a database BLOB.
    case database
    /// A z-score over the request's own values.
    case zscore
}
