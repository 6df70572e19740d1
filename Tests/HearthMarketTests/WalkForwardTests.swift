import HearthCore
import HearthMarket
import Testing

struct WalkForwardTests {
    private func labels(_ count: Int, _ random: inout SplitMix64) -> [Label?] {
        (0..<count).map { index in
            let length = Int(random.next() % 25) + 1
            guard index + length < count, random.next() % 10 > 0 else { return nil }
            return Label(direction: .up, touchIndex: index + length, outcome: 0)
        }
    }

    @Test(arguments: [WalkForward.Training.expanding, .rolling(barCount: 60), .bothSides], [0, 7, 70])
    func `no training label overlaps one of the test, by brute force`(
        training: WalkForward.Training, embargo: Int
    ) throws {
        var random = SplitMix64(seed: 5)
        for round in 0..<20 {
            let labels = labels(500, &random)
            let folds = try WalkForward(foldCount: 4, testBarCount: 40, embargo: embargo, training: training)
                .folds(labels, firstRow: round)
            #expect(folds.count == 4)
            for fold in folds {
                #expect(fold.test == fold.testRange.filter { labels[$0] != nil })
                // What each label knows: the bars after its own up to its touch; and the bar it is decided at.
                let known = fold.test.flatMap { row in labels[row].map { Array(row...$0.touchIndex) } ?? [] }
                let knownToTest = Set(known).union(fold.testRange)
                for row in fold.training {
                    let label = try #require(labels[row])
                    #expect(row >= round)
                    #expect(knownToTest.isDisjoint(with: row...label.touchIndex))
                    let isBefore = row < fold.testRange.lowerBound
                    #expect(isBefore || training == .bothSides)
                    let distance =
                        isBefore ? fold.testRange.lowerBound - 1 - row : row - 1 - (knownToTest.max() ?? 0)
                    #expect(distance >= embargo)
                    if case .rolling(let count) = training {
                        #expect(row >= fold.testRange.lowerBound - embargo - count)
                    }
                }
            }
        }
    }

    @Test func `every row that may be learned from is learned from`() throws {
        var random = SplitMix64(seed: 6)
        let labels = labels(300, &random)
        let fold = try #require(
            try WalkForward(foldCount: 1, testBarCount: 50, embargo: 3, training: .expanding).folds(labels).first)
        #expect(fold.testRange == 250..<300)
        #expect(fold.training == (0..<247).filter { row in labels[row].map { $0.touchIndex < 250 } ?? false })
    }

    @Test func `tests follow each other and end with the last bar`() throws {
        let labels = (0..<100).map { Label(direction: .up, touchIndex: $0 + 1, outcome: 0) as Label? }
        let folds = try WalkForward(foldCount: 3, testBarCount: 10, embargo: 0, training: .expanding).folds(labels)
        #expect(folds.map(\.testRange) == [70..<80, 80..<90, 90..<100])
        #expect(folds.map(\.training.count) == [69, 79, 89])
    }

    @Test func `numbers out of range and series too short are refused`() throws {
        #expect(throws: MarketError.self) {
            try WalkForward(foldCount: 0, testBarCount: 10, embargo: 0, training: .expanding)
        }
        #expect(throws: MarketError.self) {
            try WalkForward(foldCount: 1, testBarCount: 0, embargo: 0, training: .expanding)
        }
        #expect(throws: MarketError.self) {
            try WalkForward(foldCount: 1, testBarCount: 1, embargo: -1, training: .expanding)
        }
        #expect(throws: MarketError.self) {
            try WalkForward(foldCount: 1, testBarCount: 1, embargo: 0, training: .rolling(barCount: 0))
        }
        let walk = try WalkForward(foldCount: 2, testBarCount: 10, embargo: 0, training: .expanding)
        let error = #expect(throws: MarketError.self) {
            try walk.folds([Label?](repeating: nil, count: 25), firstRow: 5)
        }
        #expect(error?.message == "25 bars, of which 5 warm the features up, are too few for 2 tests of 10 bars")
        let unlabelled = #expect(throws: MarketError.self) { try walk.folds([Label?](repeating: nil, count: 30)) }
        #expect(unlabelled?.message.contains("0 rows to learn from") == true)
    }
}
