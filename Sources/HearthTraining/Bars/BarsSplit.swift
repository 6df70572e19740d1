import HearthArtifacts
import HearthCore
package import HearthMarket

/// The bars that a training uses, by index: what ``TrainingWindows`` come to over a series with its labels.
///
/// Purged, as López de Prado's Advances in Financial Machine Learning, 7.4.1: no row is learned from whose label was
/// decided in a bar of the validation or the test, and no validation row whose label was decided in the test.
package struct BarsSplit: Sendable, Equatable {
    /// Rows learned from.
    package var training: [Int]
    /// Rows that early stopping looks at; empty without it.
    package var validation: [Int]
    /// Rows measured: those whose label is decided within the test.
    package var test: [Int]
    /// All bars of the test, labelled or not: what is traded over.
    package var testRange: Range<Int>

    /// - Parameters:
    ///   - labels: one per bar; nil where there is none, or the row is not to be used.
    ///   - firstRow: the first bar that has features.
    ///   - usesValidation: whether rows are set apart for early stopping.
    /// - Throws: ``TrainingError`` for windows that contradict themselves, or leave no bars.
    package init(
        _ windows: TrainingWindows, bars: [Bar], labels: [Label?], firstRow: Int, usesValidation: Bool
    ) throws(TrainingError) {
        precondition(labels.count == bars.count, "there is one label per bar")
        try windows.check()
        let end = windows.testEnd.map { Self.count(of: bars, closingBy: $0) } ?? bars.count
        var start = windows.trainStart.map { Self.first(of: bars, openingFrom: $0) } ?? 0
        if let days = windows.lookbackDays, end > 0 {
            let span = Int64(days) * 86_400_000_000
            let (earliest, overflow) = bars[end - 1].closeTime.microseconds.subtractingReportingOverflow(span)
            if !overflow { start = Self.first(of: bars, openingFrom: Timestamp(microseconds: earliest)) }
        }
        let testStart: Int
        if let time = windows.testStart ?? windows.trainEnd {
            testStart = Self.first(of: bars, openingFrom: time)
        } else {
            testStart = end - Int((windows.testFraction * Double(max(0, end - start))).rounded(.up))
        }
        let trainEnd = min(
            windows.trainEnd.map { Self.count(of: bars, closingBy: $0) } ?? testStart, testStart - windows.embargo)
        guard testStart < end, max(start, firstRow) < trainEnd else {
            throw TrainingError(
                .unusableData,
                "of \(bars.count) bars, \(max(0, trainEnd - max(start, firstRow))) are left to learn from and "
                    + "\(max(0, end - testStart)) to test on; the first \(firstRow) warm the features up",
                hint: "give more bars, or other windows")
        }
        func rows(_ range: Range<Int>, decidedBefore limit: Int) -> [Int] {
            range.filter { row in labels[row].map { $0.touchIndex < limit } ?? false }
        }
        let trainStart = max(start, firstRow)
        var validationStart = trainEnd
        if usesValidation {
            let share = windows.validationFraction * Double(trainEnd - trainStart)
            validationStart = trainEnd - Int(share.rounded(.up))
        }
        let learnEnd = usesValidation ? max(trainStart, validationStart - windows.embargo) : trainEnd
        training = rows(trainStart..<learnEnd, decidedBefore: usesValidation ? validationStart : testStart)
        validation = rows(validationStart..<trainEnd, decidedBefore: testStart)
        test = rows(max(testStart, firstRow)..<max(end, testStart, firstRow), decidedBefore: end)
        testRange = testStart..<end
        guard !training.isEmpty, !test.isEmpty, !usesValidation || !validation.isEmpty else {
            throw TrainingError(
                .unusableData,
                "\(training.count) labelled rows are left to learn from, \(validation.count) for early stopping and "
                    + "\(test.count) to test on", hint: "give more bars, or a shorter horizon")
        }
    }

    /// The rows of one fold of a walk forward; the last share of those to learn from is set apart for early stopping,
    /// purged as above.
    ///
    /// Throws ``TrainingError`` when one of the parts is left without rows.
    init(
        _ fold: WalkForward.Fold, labels: [Label?], windows: TrainingWindows, usesValidation: Bool
    ) throws(TrainingError) {
        test = fold.test
        testRange = fold.testRange
        validation = []
        training = fold.training
        guard usesValidation else { return }
        let count = Int((windows.validationFraction * Double(fold.training.count)).rounded(.up))
        validation = Array(fold.training.suffix(count))
        guard let start = validation.first else {
            throw TrainingError(.unusableData, "a fold has no rows to learn from", hint: "give more bars")
        }
        training = fold.training.prefix(fold.training.count - count).filter { row in
            row < start - windows.embargo && (labels[row].map { $0.touchIndex < start } ?? false)
        }
        guard !training.isEmpty else {
            throw TrainingError(
                .unusableData, "a fold is left without rows to learn from", hint: "give more bars, or a shorter horizon"
            )
        }
    }

    /// Every row that the model has seen, in order.
    package var seen: [Int] { training + validation }

    /// The first bar that opens at or after `time`; their count when none does.
    private static func first(of bars: [Bar], openingFrom time: Timestamp) -> Int {
        bars.firstIndex { $0.openTime >= time } ?? bars.count
    }

    /// How many bars close at or before `time`.
    private static func count(of bars: [Bar], closingBy time: Timestamp) -> Int {
        bars.firstIndex { $0.closeTime > time } ?? bars.count
    }
}
