import Logging

/// The log lines of the specification (R35-R42, R103-R108), for those who look for them with grep: `--log-texts
/// specification`. The fields behind the text stay the same.
enum SpecificationTexts {
    private static let texts: [String: String] = [
        "model loaded": "📂 Model loaded: {model_id}, load_time: {milliseconds}ms",
        "model not loaded": "Model yükleme hatası: {error}",
        "using database model (fallback)": "Using database model (fallback): {model_id}",
        "using z-score method (fallback)": "Model bulunamadı, Z-Score fallback: {series}",
        "model not found, nothing could answer": "❌ Model not found: {series}, using fallback",
        "disk nearly full": "⚠️ Disk usage {percent}% (threshold: {threshold}%)",
        "load tried again": "Retry {attempt}/{attempts} after {seconds} s",
        "all retries failed": "All retries failed: {error}",
    ]

    /// The specification's text of an event, its fields filled in; the event's own where the specification has none.
    static func text(_ message: Logger.Message, _ fields: Logger.Metadata) -> String {
        guard var text = texts["\(message)"] else { return "\(message)" }
        for (key, value) in fields {
            guard let range = text.firstRange(of: "{\(key)}") else { continue }
            text.replaceSubrange(range, with: "\(value)")
        }
        return text
    }
}

/// In whose words log lines are.
enum LogTexts: String, CaseIterable {
    case english
    case specification
}
