package import HearthCore

/// Bars out of a stream of bytes: CSV with a header (or Binance's without), or one JSON object per line.
///
/// The same bytes give the same bars and the same report in whatever pieces they come. Only good bars come out, each
/// opening later than the one before; every other line is counted in ``report`` (or, when strict, thrown). What a
/// line may look like is in <doc:Bars>. At most one line is held. Not thread safe; one owner.
package struct BarDecoder: Sendable {
    private let path: String
    private let isStrict: Bool
    private var splitter: LineSplitter
    private var parser: BarLineParser
    private var validator: BarValidator

    /// A decoder that has seen nothing.
    ///
    /// - Parameters:
    ///   - timeframe: how long a bar lasts; a line without a close time ends that much after it opens.
    ///   - path: what the bytes come from, for error messages.
    ///   - isStrict: throw at the first line that gives no bar.
    ///   - clock: the time now, where bars come as they close: those of the future are refused. Nil for past bars.
    package init(
        timeframe: Timeframe, path: String = "", isStrict: Bool = false, limits: BarLimits = BarLimits(),
        clock: (@Sendable () -> Timestamp)? = nil
    ) {
        self.path = path
        self.isStrict = isStrict
        splitter = LineSplitter(byteCountMax: limits.lineByteCountMax)
        parser = BarLineParser(path: path, limits: limits)
        validator = BarValidator(timeframe: timeframe, clock: clock)
    }

    /// What was found so far.
    package var report: BarReport { validator.report }

    /// The bars that `bytes` complete.
    ///
    /// Throws ``MarketError`` when the first line is neither a header, nor a bar, nor JSON, and when strict; the stream
    /// is then of no more use.
    package mutating func push(_ bytes: ArraySlice<UInt8>) throws(MarketError) -> [Bar] {
        var bars: [Bar] = []
        var rest = bytes
        while let line = splitter.next(from: &rest) {
            if let bar = try take(line) { bars.append(bar) }
        }
        return bars
    }

    /// The bars that `bytes` complete; see ``push(_:)-(ArraySlice<UInt8>)``.
    package mutating func push(_ bytes: [UInt8]) throws(MarketError) -> [Bar] {
        try push(bytes[...])
    }

    /// The bar of a last line without a line end: nothing more will come.
    ///
    /// Throws ``MarketError`` as ``push(_:)-(ArraySlice<UInt8>)`` does.
    package mutating func finish() throws(MarketError) -> [Bar] {
        guard let line = splitter.finish(), let bar = try take(line) else { return [] }
        return [bar]
    }

    /// What follows comes from a new connection or file: a line that had begun is dropped and a header may come again;
    /// bars that the old one gave already are still refused as duplicates or out of order.
    package mutating func restart() {
        splitter.restart()
        parser.restart()
    }

    private mutating func take(_ line: LineSplitter.Line) throws(MarketError) -> Bar? {
        switch line {
        case .overlong(let number):
            return try refuse(.overlong, number, "the line is longer than is read")
        case .bytes(let bytes, let number):
            switch try parser.parse(bytes, number: number) {
            case .nothing: return nil
            case .bad(let problem, let reason): return try refuse(problem, number, reason)
            case .row(let row):
                let bar = row.bar(timeframe: validator.timeframe)
                guard let found = validator.check(bar, line: number) else { return bar }
                if isStrict { throw MarketError.refused(found.problem, path, number, found.reason) }
                return nil
            }
        }
    }

    private mutating func refuse(
        _ problem: BarProblem, _ number: Int, _ reason: String
    ) throws(MarketError) -> Bar? {
        validator.count(problem, line: number, reason: reason)
        if isStrict { throw MarketError.refused(problem, path, number, reason) }
        return nil
    }
}
