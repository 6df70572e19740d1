import HearthCore
import HearthMarket
import HearthTraining
import Testing

@Suite struct BarsSplitTests {
    let bars: [Bar]
    let labels: [Label?]

    init() throws {
        bars = try BarsFixture.bars(count: 500)
        labels = try LabelConfiguration.tripleBarrier(horizon: 12, upper: 2, lower: 2, volatilityWindow: 20)
            .labels(bars)
    }

    private func split(_ windows: TrainingWindows, usesValidation: Bool = true) throws -> BarsSplit {
        try BarsSplit(windows, bars: bars, labels: labels, firstRow: 50, usesValidation: usesValidation)
    }

    @Test(arguments: [0, 1, 24], [0.1, 0.35])
    func `no label that is learned from was decided in a later part, and the embargo is kept`(
        embargo: Int, share: Double
    ) throws {
        let split = try split(
            TrainingWindows(testFraction: share, validationFraction: share, embargo: embargo))
        let validationStart = try #require(split.validation.first)
        #expect(split.testRange.upperBound == 500)
        #expect(split.training.allSatisfy { (labels[$0]?.touchIndex ?? 500) < validationStart })
        #expect(split.validation.allSatisfy { (labels[$0]?.touchIndex ?? 500) < split.testRange.lowerBound })
        #expect(try #require(split.training.last) < validationStart - embargo)
        #expect(try #require(split.validation.last) < split.testRange.lowerBound - embargo)
        #expect(try #require(split.training.first) >= 50)
        #expect(split.test.allSatisfy { split.testRange.contains($0) && (labels[$0]?.touchIndex ?? 500) < 500 })
    }

    @Test func `purging takes away what reached into the test, and nothing else`() throws {
        let split = try split(TrainingWindows(testFraction: 0.2), usesValidation: false)
        #expect(split.validation.isEmpty && split.testRange == 400..<500)
        let expected = (50..<400).filter { row in labels[row].map { $0.touchIndex < 400 } ?? false }
        #expect(split.training == expected)
        #expect(expected.count < (50..<400).count { labels[$0] != nil }, "some were purged")
    }

    @Test func `R152: windows by time hold the bars that lie in them whole`() throws {
        let windows = TrainingWindows(
            trainStart: bars[100].openTime, trainEnd: bars[299].closeTime, testStart: bars[320].openTime,
            testEnd: bars[419].closeTime)
        let split = try split(windows, usesValidation: false)
        #expect(split.testRange == 320..<420)
        #expect(split.training.first == 100)
        #expect(try #require(split.training.last) <= 299)
        // A moment later the first bars no longer lie in the windows.
        var later = windows
        later.trainStart?.microseconds += 1
        later.testStart?.microseconds += 1
        let moved = try self.split(later, usesValidation: false)
        #expect(moved.training.first == 101 && moved.testRange == 321..<420)
    }

    @Test func `R150, R152: a lookback leaves out everything older, before the test ends`() throws {
        let split = try split(TrainingWindows(lookbackDays: 10), usesValidation: false)
        #expect(split.training.first == 500 - 240)
        #expect(split.testRange == 500 - 48..<500)
    }

    @Test func `without a test window the test begins where the training ends`() throws {
        let split = try split(TrainingWindows(trainEnd: bars[299].closeTime), usesValidation: false)
        #expect(split.testRange == 300..<500)
    }

    private static let day = Timestamp(microseconds: 1_704_067_200_000_000)
    private static let dayAfter = Timestamp(microseconds: 1_704_153_600_000_000)

    @Test(arguments: [
        (
            TrainingWindows(trainStart: day, lookbackDays: 3),
            "train_start and lookback_days both say where the training begins"
        ),
        (TrainingWindows(lookbackDays: 0), "lookback_days is 0, expected 1 to 36525"),
        (TrainingWindows(testFraction: 1), "the test fraction is 1.0, expected more than 0 and less than 1"),
        (
            TrainingWindows(validationFraction: 0),
            "the validation fraction is 0.0, expected more than 0 and less than 1"
        ),
        (TrainingWindows(embargo: -1), "embargo is -1, expected 0 to 10000"),
        (
            TrainingWindows(trainStart: dayAfter, trainEnd: day),
            "train_end is 2024-01-01T00:00:00.000000Z, which is not after train_start, 2024-01-02T00:00:00.000000Z"
        ),
        (
            TrainingWindows(testStart: day, testEnd: day),
            "test_end is 2024-01-01T00:00:00.000000Z, which is not after test_start, 2024-01-01T00:00:00.000000Z"
        ),
    ])
    func `windows that contradict themselves are refused`(windows: TrainingWindows, message: String) throws {
        let error = #expect(throws: TrainingError.self) { try windows.check() }
        #expect(error?.code == .badParameter && error?.message == message)
    }

    @Test func `windows beyond the bars leave nothing, and say so`() throws {
        let error = #expect(throws: TrainingError.self) {
            try split(TrainingWindows(testStart: Timestamp(microseconds: 2_000_000_000_000_000)))
        }
        #expect(error?.code == .unusableData)
        #expect(
            error?.message
                == "of 500 bars, 450 are left to learn from and 0 to test on; the first 50 warm the features up")
    }
}
