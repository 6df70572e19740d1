/// Splits of a labelled series into training and test, in which no training label knows anything of the test.
///
/// Training rows whose label was decided in or after the first bar of the test are purged, and `embargo` bars on either
/// side of the test are left out (López de Prado, Advances in Financial Machine Learning, 2018, sections 7.4.1 and
/// 7.4.2). See <doc:Labels>.
package struct WalkForward: Sendable, Equatable {
    /// Which rows outside the test may be learned from.
    package enum Training: Sendable, Equatable {
        /// All before the test.
        case expanding
        /// Those of the last so many bars before the test and its embargo.
        case rolling(barCount: Int)
        /// Those before and after it: cross-validation, not a simulation of trading.
        case bothSides
    }

    /// One split; rows are numbers of bars, in order.
    package struct Fold: Sendable, Equatable {
        package var training: [Int]
        package var test: [Int]
        /// The bars of the test, those without a label too: what a backtest of the fold runs over.
        package var testRange: Range<Int>
    }

    /// How many tests there are; they follow each other and end with the last bar.
    package var foldCount: Int
    /// The bars of each test.
    package var testBarCount: Int
    /// Bars left out between training and test.
    package var embargo: Int
    package var training: Training

    /// The most folds.
    package static let foldCountMax = 1000

    /// Throws ``MarketError`` when a number is out of its range.
    package init(foldCount: Int, testBarCount: Int, embargo: Int, training: Training) throws(MarketError) {
        guard (1...Self.foldCountMax).contains(foldCount) else {
            throw Self.wrong("the number of folds is \(foldCount), expected 1 to \(Self.foldCountMax)")
        }
        guard testBarCount >= 1, testBarCount <= BarLimits().barCountMax else {
            throw Self.wrong("a test has \(testBarCount) bars, expected at least 1")
        }
        guard (0...LabelConfiguration.barCountMax).contains(embargo) else {
            throw Self.wrong("the embargo is \(embargo) bars, expected 0 to \(LabelConfiguration.barCountMax)")
        }
        if case .rolling(let barCount) = training, barCount < 1 {
            throw Self.wrong("the training has \(barCount) bars, expected at least 1")
        }
        self.foldCount = foldCount
        self.testBarCount = testBarCount
        self.embargo = embargo
        self.training = training
    }

    /// The folds, the earliest first.
    ///
    /// - Parameters:
    ///   - labels: one per bar of the series, as ``LabelConfiguration/labels(_:)`` gives them.
    ///   - firstRow: the first bar that has features.
    ///
    /// Throws ``MarketError`` when the series is too short for the folds, or one of them is left without rows to learn
    /// from or to be tested on.
    package func folds(_ labels: [Label?], firstRow: Int = 0) throws(MarketError) -> [Fold] {
        let firstTest = labels.count - foldCount * testBarCount
        guard firstRow >= 0, firstTest > firstRow || (training == .bothSides && firstTest >= firstRow) else {
            throw Self.wrong(
                "\(labels.count) bars, of which \(firstRow) warm the features up, are too few for "
                    + "\(foldCount) tests of \(testBarCount) bars")
        }
        var folds: [Fold] = []
        for number in 0..<foldCount {
            let start = firstTest + number * testBarCount
            let fold = fold(labels, start..<start + testBarCount, firstRow: firstRow)
            guard !fold.training.isEmpty, !fold.test.isEmpty else {
                throw Self.wrong(
                    "the fold that is tested on bars \(start) to \(start + testBarCount - 1) has "
                        + "\(fold.training.count) rows to learn from and \(fold.test.count) to be tested on")
            }
            folds.append(fold)
        }
        return folds
    }

    private func fold(_ labels: [Label?], _ test: Range<Int>, firstRow: Int) -> Fold {
        func isLabelled(_ row: Int) -> Bool { labels[row] != nil }
        let testRows = test.filter(isLabelled)
        let end = max(firstRow, test.lowerBound - embargo)
        let start = if case .rolling(let barCount) = self.training { max(firstRow, end - barCount) } else { firstRow }
        // Purged: rows whose label was decided in the test.
        var training = (start..<end).filter { row in labels[row].map { $0.touchIndex < test.lowerBound } ?? false }
        if self.training == .bothSides {
            // A test label may be decided after the last bar of the test: what follows begins after the last decision.
            let lastTouch = testRows.reduce(test.upperBound - 1) { max($0, labels[$1]?.touchIndex ?? $0) }
            let after = lastTouch + 1 + embargo
            if after < labels.count { training += (max(after, firstRow)..<labels.count).filter(isLabelled) }
        }
        return Fold(training: training, test: testRows, testRange: test)
    }

    private static func wrong(_ message: String) -> MarketError {
        MarketError(.badParameter, message, hint: "use more bars, fewer or shorter tests, or a shorter horizon")
    }
}
