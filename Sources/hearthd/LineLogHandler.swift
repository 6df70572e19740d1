import HearthCore
import Logging

/// How a log line looks.
enum LogFormat: String {
    case text
    case json
}

/// Structured log lines on standard error: time, level, message, then the metadata as fields. One write per event, so
/// that lines of several threads do not mix.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let label: String
    private let format: LogFormat
    private let texts: LogTexts

    init(label: String, format: LogFormat, texts: LogTexts = .english) {
        self.label = label
        self.format = format
        self.texts = texts
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = metadata.sorted { $0.key < $1.key }
        let message = texts == .english ? "\(event.message)" : SpecificationTexts.text(event.message, metadata)
        let time = Timestamp.now().iso8601
        let text: String
        switch format {
        case .text:
            let pairs = fields.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
            text = "\(time) \(event.level.rawValue) \(label): \(message)\(pairs)\n"
        case .json:
            let pairs = fields.map { ",\(Self.jsonText($0.key)):\(Self.jsonText("\($0.value)"))" }.joined()
            text =
                "{\"time\":\"\(time)\",\"level\":\"\(event.level.rawValue)\",\"logger\":\(Self.jsonText(label)),"
                + "\"message\":\(Self.jsonText(message))\(pairs)}\n"
        }
        StandardError.write(text)
    }

    private static func quoted(_ text: String) -> String {
        text.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0.isNewline } || text.isEmpty ? jsonText(text) : text
    }

    private static func jsonText(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
