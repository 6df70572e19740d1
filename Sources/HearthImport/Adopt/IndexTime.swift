import HearthArtifacts
import HearthCore

/// The times that Python programs write: `isoformat()`, `str(datetime)`, pandas, `strftime("%Y%m%d_%H%M%S")`.
enum IndexTime {
    /// The time; one without a zone is UTC. nil for what is no time.
    static func timestamp(_ text: String) -> Timestamp? {
        var text = text.filter { $0 != "\"" && $0 != "'" }
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        if let compact = expanded(text) { text = compact }
        guard text.utf8.count >= 10 else { return nil }
        let (plain, offset) = withoutZone(text)
        guard let offset else { return nil }
        let day = plain.prefix(10)
        var time = String(plain.dropFirst(10))
        if time.isEmpty { time = "T00:00:00" }
        guard let mark = time.first, mark == "T" || mark == " " else { return nil }
        time.removeFirst()
        if time.count == 5 { time += ":00" }
        // Nanoseconds of pandas: what does not fit is cut off.
        if let point = time.firstIndex(of: ".") { time = String(time[..<point] + time[point...].prefix(7)) }
        guard let found = TimeText.timestamp("\(day)T\(time)Z") else { return nil }
        return Timestamp(microseconds: found.microseconds - offset * 60_000_000)
    }

    /// `20251112_120000` with dashes and colons; nil for anything else.
    private static func expanded(_ text: String) -> String? {
        let digits = text.filter(\.isNumber)
        guard digits.count == 14, text.count == 15, text.dropFirst(8).first.map({ "_T-".contains($0) }) == true else {
            return nil
        }
        func part(_ start: Int, _ count: Int) -> Substring { digits.dropFirst(start).prefix(count) }
        return "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T\(part(8, 2)):\(part(10, 2)):\(part(12, 2))"
    }

    /// The text without its zone, and the zone's minutes; nil minutes for a zone that is none.
    private static func withoutZone(_ text: String) -> (Substring, Int64?) {
        if text.last == "Z" || text.last == "z" { return (text.dropLast(), 0) }
        guard let sign = text.dropFirst(10).lastIndex(where: { $0 == "+" || $0 == "-" }) else { return (text[...], 0) }
        let digits = text[sign...].dropFirst().filter { $0 != ":" }
        guard digits.count == 4 || digits.count == 2, let number = Int64(digits) else { return (text[...], nil) }
        let minutes = digits.count == 2 ? number * 60 : number / 100 * 60 + number % 100
        return (text[..<sign], text[sign] == "-" ? -minutes : minutes)
    }
}
