package import HearthCore

/// A line that says what was done with models, for logs that people search: English, or in the specification's words
/// (R103, R106, R108). The fields are the same in both.
package struct LifecycleLine: Sendable {
    /// In whose words.
    package enum Texts: String, Sendable, CaseIterable {
        case english
        case specification
    }

    private let english: String
    private let specification: String
    private let fields: [(key: String, value: String)]

    /// A version was published. `accuracy` is a fraction; nil where there were no labels.
    package static func saved(path: String, byteCount: Int, accuracy: Double?) -> LifecycleLine {
        let size = kilobytes(byteCount)
        let share = accuracy.map { "\(hundredths($0 * 100))%" } ?? "-"
        return LifecycleLine(
            english: "model saved",
            specification: "💾 Model saved: \(path), size: \(size)KB, accuracy: \(share)",
            fields: [("path", path), ("size_kb", size), ("accuracy", share)])
    }

    /// Old versions were removed.
    package static func cleaned(count: Int, byteCount: Int) -> LifecycleLine {
        let freed = hundredths(Double(byteCount) / 1_000_000)
        return LifecycleLine(
            english: "old models removed", specification: "🗑️ Cleaned \(count) old models, freed \(freed)MB",
            fields: [("count", "\(count)"), ("freed_mb", freed)])
    }

    /// Pickles in rows became files.
    package static func migrated(count: Int) -> LifecycleLine {
        LifecycleLine(
            english: "models migrated", specification: "🔄 Migrated \(count) models from database to filesystem",
            fields: [("count", "\(count)")])
    }

    /// Time, level, program, message and fields, as hearthd writes them.
    package func text(_ texts: Texts, program: String, at now: Timestamp = .now()) -> String {
        let message = texts == .english ? english : specification
        let pairs = fields.map { " \($0.key)=\($0.value.contains(" ") ? "\"\($0.value)\"" : $0.value)" }.joined()
        return "\(now.iso8601) info \(program): \(message)\(pairs)"
    }

    private static func kilobytes(_ byteCount: Int) -> String { hundredths(Double(byteCount) / 1000) }

    private static func hundredths(_ value: Double) -> String {
        let scaled = (value * 100).rounded()
        guard scaled.isFinite, abs(scaled) < 1e15 else { return "\(value)" }
        let whole = Int(scaled)
        let fraction = abs(whole % 100)
        return "\(whole / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
