/// Why a cron expression cannot be used.
package struct CronError: Error, Sendable, Equatable {
    /// What was found and what was expected.
    package var message: String
    /// The next step.
    package var hint: String
}

/// One of the five fields of a ``CronExpression``.
enum CronField: String, CaseIterable {
    case minute
    case hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    private var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// What `*` stands for: 7 is Sunday again.
    private var all: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : range }

    private var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// The values that `text` names, as bits. Throws ``CronError``.
    func bits(of text: String) throws(CronError) -> UInt64 {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let values = try values(of: parts[0], in: text, hasStep: parts.count == 2)
            var step = 1
            if parts.count == 2 {
                guard let number = Self.number(parts[1]), number > 0 else {
                    throw error(text, "the step '\(parts[1].prefix(20))' is no number above 0")
                }
                step = number
            }
            for value in stride(from: values.lowerBound, through: values.upperBound, by: step) { bits |= 1 << value }
        }
        return bits
    }

    private func values(of item: Substring, in text: String, hasStep: Bool) throws(CronError) -> ClosedRange<Int> {
        if item == "*" { return all }
        let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(of: ends[0], in: text)
        guard ends.count == 2 else {
            // '5/15': from 5 on in steps of 15, as the crons of Debian and systemd read it.
            return hasStep ? first...max(first, all.upperBound) : first...first
        }
        let last = try value(of: ends[1], in: text)
        guard first <= last else { throw error(text, "the range '\(item.prefix(20))' ends before it begins") }
        return first...last
    }

    private func value(of word: Substring, in text: String) throws(CronError) -> Int {
        if let index = names.firstIndex(of: word.lowercased()) { return index + range.lowerBound }
        guard let value = Self.number(word), range.contains(value) else {
            throw error(text, "'\(word.prefix(20))' is none of its values")
        }
        return value
    }

    /// One to four digits.
    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private func error(_ text: String, _ problem: String) -> CronError {
        let named = names.isEmpty ? "" : " or \(names[0]) to \(names[names.count - 1])"
        return CronError(
            message: "the \(rawValue) is '\(text.prefix(60))': \(problem)",
            hint:
                "expected *, a number from \(range.lowerBound) to \(range.upperBound)\(named), a range a-b, a step /n, "
                + "or a list of those")
    }
}
