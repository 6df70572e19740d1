import HearthCore

/// Who answered a call: in every answer, so that a fallback is never silent.
public enum Source: String, Sendable, Hashable, CaseIterable {
    /// A version read from the model directory.
    case file
    /// A version read from a database BLOB.
    case database
    /// No model: a z-score over the request's own values.
    case zscore
    /// A source that this client does not know: the server is newer.
    case unknown

    init(_ source: AnswerSource?) {
        switch source {
        case .file: self = .file
        case .database: self = .database
        case .zscore: self = .zscore
        case nil: self = .unknown
        }
    }
}
