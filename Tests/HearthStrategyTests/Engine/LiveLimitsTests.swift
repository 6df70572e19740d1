import HearthStrategy
import Testing

struct LiveLimitsTests {
    @Test func `the defaults are valid, and so is the set without limits`() throws {
        try LiveLimits().validate()
        try LiveLimits.none.validate()
    }

    @Test func `a quarter of a bar is the default deadline, bounded by the longest`() {
        var limits = LiveLimits()
        #expect(limits.deadline(barMicroseconds: 4_000_000) == .seconds(1))
        #expect(limits.deadline(barMicroseconds: 86_400_000_000) == .seconds(30))
        limits.deadlineShare = 0.5
        #expect(limits.deadline(barMicroseconds: 4_000_000) == .seconds(2))
    }

    static let mistakes: [(LiveLimits, String)] = [
        (with { $0.deadlineShare = 0 }, "the deadline's share of a bar is 0.0, expected above 0 and at most 1"),
        (with { $0.deadlineShare = .nan }, "the deadline's share of a bar is nan, expected above 0 and at most 1"),
        (with { $0.deadlineMax = .zero }, "the longest deadline is 0.0 seconds, expected above 0"),
        (with { $0.modelAgeMax = .seconds(-1) }, "the model's age limit is -1.0 seconds, expected above 0"),
        (with { $0.rangeTolerance = -0.1 }, "the tolerance of the trained ranges is -0.1, expected 0 or more"),
        (with { $0.outOfRangeShareMax = 1.1 }, "the share of features out of range is 1.1, expected 0 to 1"),
        (with { $0.errorsInRowMax = 0 }, "the number of errors in a row is 0, expected 1 or more"),
        (with { $0.drawdownMax = 0 }, "the drawdown limit is 0.0, expected above 0 and at most 1"),
    ]

    @Test(arguments: mistakes) func `a limit outside its range is refused by name`(limits: LiveLimits, text: String) {
        #expect {
            try limits.validate()
        } throws: {
            ($0 as? StrategyError)?.description == text
        }
    }

    @Test func `a value may lie outside its trained range by the tolerance`() {
        var limits = LiveLimits()
        limits.rangeTolerance = 0.5
        limits.outOfRangeShareMax = 0
        #expect(!limits.isOutOfRange([-0.5], [0...1]))
        #expect(!limits.isOutOfRange([1.5], [0...1]))
        #expect(limits.isOutOfRange([1.51], [0...1]))
        #expect(limits.isOutOfRange([-0.51], [0...1]))
    }

    @Test func `the share says how many may lie outside, and a value that is no number trips always`() {
        var limits = LiveLimits()
        limits.rangeTolerance = 0
        limits.outOfRangeShareMax = 0.5
        #expect(!limits.isOutOfRange([2, 0.5], [0...1, 0...1]))
        #expect(limits.isOutOfRange([2, 2], [0...1, 0...1]))
        #expect(limits.isOutOfRange([.nan, 0.5], [0...1, 0...1]))
        #expect(LiveLimits.none.isOutOfRange([.infinity], [0...1]))
        #expect(!LiveLimits.none.isOutOfRange([1e300], [0...1]))
    }

    private static func with(_ change: (inout LiveLimits) -> Void) -> LiveLimits {
        var limits = LiveLimits()
        change(&limits)
        return limits
    }
}
