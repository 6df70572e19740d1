import HearthCore

/// How texts become values of one type.
struct SettingForm<Value: Sendable>: Sendable {
    /// What may stand there, such as `true or false`.
    var expected: String
    /// Nil for what does not fit; a text in quotes is not plain.
    var parse: @Sendable (_ text: String, _ isPlain: Bool) -> Value?
    /// The value as it would stand in a file.
    var text: @Sendable (Value) -> String
    /// The mend, where more than the expectation can be said.
    var hint = ""
}

extension SettingForm where Value == Bool {
    /// `true` or `false`.
    static var flag: SettingForm {
        SettingForm(
            expected: "true or false",
            parse: { text, isPlain in
                guard isPlain else { return nil }
                switch text.lowercased() {
                case "true": return true
                case "false": return false
                default: return nil
                }
            }, text: { $0 ? "true" : "false" })
    }
}

extension SettingForm where Value == Int {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { text, isPlain in isPlain ? Int(text).flatMap { range.contains($0) ? $0 : nil } : nil },
            text: { String($0) })
    }
}

extension SettingForm where Value == Double {
    /// A number; `isAbove` when the least of the range is not one of them.
    static func number(_ range: ClosedRange<Double>, isAbove: Bool = false) -> SettingForm {
        let (low, high) = (SettingText.short(range.lowerBound), SettingText.short(range.upperBound))
        return SettingForm(
            expected: isAbove ? "a number above \(low) and at most \(high)" : "a number from \(low) to \(high)",
            parse: { text, isPlain in
                // Double() also reads hexadecimal, "nan" and "inf": those are texts here.
                guard isPlain, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
                    let number = Double(text), range.contains(number), !isAbove || number > range.lowerBound
                else { return nil }
                return number
            }, text: SettingText.short)
    }
}

extension SettingForm where Value == String {
    /// Text on one line, not empty.
    static func line(_ expected: String, hint: String = "", charactersMax: Int = 4096) -> SettingForm {
        SettingForm(
            expected: expected,
            parse: { text, _ in
                let isLine = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
                return isLine && !text.isEmpty && text.utf8.count <= charactersMax ? text : nil
            }, text: SettingText.quoted, hint: hint)
    }

    /// A line that may be a URL or a connection string with a password, which is never shown:
    /// `postgresql://user:***@host/database`.
    static func withoutPassword(_ expected: String) -> SettingForm {
        var form = line(expected)
        form.text = { text in
            if text.lowercased().contains("password") { return SettingText.quoted("*** (it holds a password)") }
            guard let scheme = text.firstRange(of: "://") else { return SettingText.quoted(text) }
            let rest = text[scheme.upperBound...]
            // A password may hold an '@' or a '/' itself: the last '@' ends it.
            guard let end = rest.lastIndex(of: "@"), let start = rest[..<end].firstIndex(of: ":") else {
                return SettingText.quoted(text)
            }
            return SettingText.quoted(text[..<start] + ":***" + text[end...])
        }
        return form
    }

    /// A path of the file system.
    static var path: SettingForm { line("a path") }

    /// The name of something: letters, digits, `.`, `_` and `-`.
    static func name(_ what: String) -> SettingForm {
        SettingForm(
            expected: "\(what): letters, digits, '.', '_' and '-'", parse: { text, _ in try? ModelName(text).text },
            text: { $0 })
    }

    /// A timeframe such as `15m`.
    static var timeframe: SettingForm {
        SettingForm(
            expected: "a number with s, m, h, d or w, such as 15m",
            parse: { text, _ in
                let digits = text.utf8.dropLast()
                let isTimeframe =
                    text.utf8.last.map("smhdw".utf8.contains) == true && (1...8).contains(digits.count)
                    && digits.allSatisfy { (0x30...0x39).contains($0) } && digits.contains { $0 != 0x30 }
                return isTimeframe ? text : nil
            }, text: { $0 })
    }
}

extension SettingForm where Value == Timestamp {
    /// A point in time.
    static var time: SettingForm {
        SettingForm(
            expected: "a time such as 2025-01-31 or 2025-01-31T14:00:00Z (UTC without an offset)",
            parse: { text, _ in
                // A bare number would be read as seconds since 1970: here that is a slip.
                text.utf8.contains(UInt8(ascii: "-")) ? FieldTime.timestamp(Array(text.utf8)[...]) : nil
            }, text: { $0.iso8601 })
    }
}

extension SettingForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the names of an enumeration.
    static var choice: SettingForm {
        let names = Value.allCases.map(\.rawValue)
        let list = names.dropLast().joined(separator: ", ")
        return SettingForm(
            expected: (names.count > 1 ? list + " or " : "") + (names.last ?? ""),
            parse: { text, _ in Value(rawValue: text) }, text: { $0.rawValue })
    }
}

/// How values look in a file.
enum SettingText {
    /// A number as a person would write it: no `.0`.
    static func short(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Text as a YAML file must have it: in quotes where it would be something else without.
    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789/._-".unicodeScalars.contains($0))
        }
        let isWord =
            plain && text.utf8.first != UInt8(ascii: "-") && !["true", "false", "null"].contains(text.lowercased())
        if isWord, Double(text) == nil { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
