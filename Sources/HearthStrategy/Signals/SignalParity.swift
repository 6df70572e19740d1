import HearthArtifacts

/// Holds two signal logs against each other, byte by byte.
package struct SignalParity: Sendable, Equatable {
    /// Where two logs part.
    package struct Difference: Sendable, Equatable, CustomStringConvertible {
        /// From 1.
        package var line: Int
        /// The first member that differs; nil when a line is missing or no record.
        package var field: String?
        package var left: String
        package var right: String

        /// `line 7, field score: 0.5 | 0.6`.
        package var description: String {
            "line \(line)\(field.map { ", field \($0)" } ?? ""): \(left) | \(right)"
        }
    }

    /// Lines that both have and that are equal.
    package var equalLineCount = 0
    /// Nil when both logs are the same.
    package var difference: Difference?

    /// The members of a record in the order in which ``SignalRecord/line`` writes them.
    static let fields = [
        "sequence", "open_time", "close_time", "close", "state", "reasons", "used_model_id", "generation",
        "schema_hash", "features_hash", "score", "decision", "source", "position", "equity", "peak_equity",
        "latency_us",
    ]

    /// Compares the files at two paths.
    ///
    /// - Parameter ignoresLatency: do not look at `latency_us`, which differs between runs under a real clock.
    /// - Throws: ``StrategyError`` when one cannot be read.
    package init(_ leftPath: String, _ rightPath: String, ignoresLatency: Bool = false) throws(StrategyError) {
        var left = try LineFile(leftPath)
        var right = try LineFile(rightPath)
        var line = 0
        while true {
            line += 1
            let pair = (try left.next(), try right.next())
            switch pair {
            case (nil, nil): return
            case (let one, nil), (nil, let one):
                let text = one.map { Self.text($0) } ?? ""
                difference = Difference(
                    line: line, field: nil, left: pair.0 == nil ? "(the log ends)" : text,
                    right: pair.1 == nil ? "(the log ends)" : text)
                return
            case (let one?, let other?):
                if one != other, let found = Self.difference(line, one, other, ignoresLatency) {
                    difference = found
                    return
                }
                equalLineCount += 1
            }
        }
    }

    private static func difference(
        _ line: Int, _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ ignoresLatency: Bool
    ) -> Difference? {
        guard case .object(let one)? = JSONValue(text: String(decoding: left, as: UTF8.self)),
            case .object(let other)? = JSONValue(text: String(decoding: right, as: UTF8.self))
        else { return Difference(line: line, field: nil, left: text(left), right: text(right)) }
        let others = Set(one.keys).union(other.keys).subtracting(fields).sorted()
        for field in fields + others where one[field] != other[field] {
            if ignoresLatency && field == "latency_us" { continue }
            return Difference(line: line, field: field, left: text(one[field]), right: text(other[field]))
        }
        // The same values in other words, such as another order of the keys.
        return ignoresLatency ? nil : Difference(line: line, field: nil, left: text(left), right: text(right))
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "(missing)" }
        guard let text = try? CompactJSON.text(["": value]) else { return "(no JSON)" }
        return String(text.dropFirst(4).dropLast())
    }

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.prefix(400), as: UTF8.self)
    }
}
