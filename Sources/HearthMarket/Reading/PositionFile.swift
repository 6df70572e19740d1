import HearthCore

/// Positions that somebody else decided, one per bar: a CSV file with the columns `close_time` and `position`.
///
/// `close_time` is a bar's (``BarTime``'s forms), `position` -1, 0, 1 or short, flat, long; other columns are passed
/// over.
package enum PositionFile {
    /// The position of each of `bars`, in their order.
    ///
    /// Throws ``MarketError`` when the file cannot be read or is larger than `limits` allow, for a line that cannot be
    /// read, a time that occurs twice, and a bar that has no position. Positions of other times are passed over.
    package static func read(
        _ path: String, for bars: some Collection<Bar>, limits: BarLimits = BarLimits()
    ) throws(MarketError) -> [Position] {
        var splitter = LineSplitter(byteCountMax: limits.lineByteCountMax)
        var reading = Reading(path: path, limits: limits)
        try FileChunks.read(path, byteCountMax: limits.fileBytes) { (chunk) throws(MarketError) in
            var rest = chunk
            while let line = splitter.next(from: &rest) { try reading.take(line) }
        }
        if let line = splitter.finish() { try reading.take(line) }
        guard reading.columns != nil else { throw Reading.noHeader(path) }
        var positions: [Position] = []
        positions.reserveCapacity(bars.count)
        for bar in bars {
            guard let position = reading.positions[bar.closeTime.microseconds] else {
                throw MarketError(
                    .badData, path: path,
                    "has no position for the bar that closes at \(bar.closeTime.iso8601), the \(positions.count + 1). "
                        + "of \(bars.count)",
                    hint: "write one line per bar, with its close time; or measure fewer bars with --from and --to")
            }
            positions.append(position)
        }
        return positions
    }

    private struct Reading {
        let path: String
        let limits: BarLimits
        var columns: (time: Int, position: Int, count: Int)?
        var positions: [Int64: Position] = [:]

        static func noHeader(_ path: String) -> MarketError {
            MarketError(
                .badData, path: path, line: 1, "has no header with the columns close_time and position",
                hint: "begin with a line such as close_time,position")
        }

        mutating func take(_ line: LineSplitter.Line) throws(MarketError) {
            switch line {
            case .overlong(let number):
                throw MarketError(.badData, path: path, line: number, "is longer than \(limits.lineByteCountMax) bytes")
            case .bytes(let bytes, let number):
                if bytes.isEmpty { return }
                guard let ranges = BarFields.split(bytes, by: 0x2C, countMax: limits.fieldCountMax) else {
                    throw MarketError(
                        .badData, path: path, line: number, "has more than \(limits.fieldCountMax) fields")
                }
                let fields = ranges.map { bytes[$0] }
                guard let columns else { return try takeHeader(fields) }
                try take(fields, columns, number)
            }
        }

        private mutating func takeHeader(_ fields: [ArraySlice<UInt8>]) throws(MarketError) {
            let names = fields.map { String(decoding: $0, as: UTF8.self) }
            guard let time = names.firstIndex(of: "close_time"), let position = names.firstIndex(of: "position") else {
                throw Self.noHeader(path)
            }
            columns = (time, position, names.count)
        }

        private mutating func take(
            _ fields: [ArraySlice<UInt8>], _ columns: (time: Int, position: Int, count: Int), _ number: Int
        ) throws(MarketError) {
            func bad(_ message: String, _ hint: String) -> MarketError {
                MarketError(.badData, path: path, line: number, message, hint: hint)
            }
            guard fields.count == columns.count else {
                throw bad("has \(fields.count) fields, the header has \(columns.count)", "write one per column")
            }
            guard let time = BarTime.timestamp(fields[columns.time]) else {
                throw bad(
                    "'\(Self.text(fields[columns.time]))' in close_time is no time",
                    "write 2025-11-12T12:00:00Z or a number since 1970")
            }
            guard let position = Self.position(fields[columns.position]) else {
                throw bad(
                    "'\(Self.text(fields[columns.position]))' is no position", "write -1, 0, 1 or short, flat, long")
            }
            guard positions.updateValue(position, forKey: time.microseconds) == nil else {
                throw bad("the time \(time.iso8601) occurs twice", "write one line per bar")
            }
            guard positions.count <= limits.barCountMax else {
                throw bad("more than \(limits.barCountMax) positions", "give a file of a shorter time")
            }
        }

        private static func text(_ bytes: ArraySlice<UInt8>) -> String {
            String(decoding: bytes.prefix(40), as: UTF8.self)
        }

        private static func position(_ bytes: ArraySlice<UInt8>) -> Position? {
            if let number = FieldText.number(bytes) { return Int(exactly: number).flatMap(Position.init(rawValue:)) }
            return Position(String(decoding: bytes, as: UTF8.self))
        }
    }
}
