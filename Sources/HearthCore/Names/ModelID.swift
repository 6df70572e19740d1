import Glibc

/// The id of one model version, e.g. `isolation_forest_stok_seviye_20251112_120000_123_k7qd`.
///
/// The specifications' pattern (`{model_type}_{metric_type}_{timestamp}`,
/// `{symbol}_{timeframe}_{model_type}_{timestamp}`) with milliseconds and four random characters, so that two trainings
/// in one second do not meet (C10). Slugged to `[A-Za-z0-9][A-Za-z0-9._-]*` (C11), so it is safe as the name of the
/// version's folder.
package struct ModelID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// The most bytes that an id may have: with a staging suffix it must still be a file name of at most 255 bytes.
    package static let byteCountMax = 200

    /// Throws ``NameError`` when `text` is no id.
    package init(_ text: String) throws(NameError) {
        try NameError.check(text, kind: "model_id", byteCountMax: Self.byteCountMax)
        self.text = text
    }

    package var description: String { text }

    /// Makes an id of `parts` (e.g. model type and series), the time and four random characters.
    ///
    /// Characters that an id cannot hold become `-`. Throws ``NameError`` when nothing usable is left of `parts`.
    package static func make(
        parts: [String], at timestamp: Timestamp, randomness: inout some RandomNumberGenerator
    ) throws(NameError) -> ModelID {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        let nonce = String((0..<4).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &randomness)] })
        // A name begins with a letter or digit.
        let slug = parts.map(Self.slug).filter { !$0.isEmpty }.joined(separator: "_").drop { "-._".contains($0) }
        return try ModelID("\(slug)_\(timestamp.compact)_\(nonce)")
    }

    private static func slug(_ text: String) -> String {
        String(text.map { NameError.isNameCharacter($0) ? $0 : "-" })
    }
}
