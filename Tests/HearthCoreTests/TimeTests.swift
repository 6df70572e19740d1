import HearthCore
import Testing

@Suite struct TimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z", "19700101_000000_000"),
            (1_762_948_800_123_456, "2025-11-12T12:00:00.123456Z", "20251112_120000_123"),
            (-1, "1969-12-31T23:59:59.999999Z", "19691231_235959_999"),
            (-1_000_000, "1969-12-31T23:59:59.000000Z", "19691231_235959_000"),
            (-1_500_000, "1969-12-31T23:59:58.500000Z", "19691231_235958_500"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z", "20000229_000000_000"),
            (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z", "20240229_235959_999"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z", "21000301_000000_000"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z", "00010101_000000_000"),
        ] as [(Int64, String, String)])
    func `a time prints as it is in UTC, before 1970 and in leap years too`(
        _ microseconds: Int64, _ iso: String, _ compact: String
    ) {
        let time = Timestamp(microseconds: microseconds)

        #expect(time.iso8601 == iso)
        #expect(time.compact == compact)
    }

    @Test(arguments: [Int64.min, Int64.min + 1, Int64.max]) func `any number of microseconds prints`(_ value: Int64) {
        #expect(!Timestamp(microseconds: value).iso8601.isEmpty)
        #expect(!Timestamp(microseconds: value).compact.isEmpty)
    }

    @Test func `times are ordered`() {
        #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
        #expect(Timestamp.now() > Timestamp(microseconds: 1_700_000_000_000_000))
    }

    @Test func `the monotonic clock does not go back and does not overflow`() {
        let first = MonotonicTime.now()
        let second = MonotonicTime.now()

        #expect(first <= second)
        #expect(second - first >= 0)
        #expect(first.advanced(byNanoseconds: .max).nanoseconds == .max)
        #expect(first.advanced(byNanoseconds: 5) - first == 5)
    }
}
