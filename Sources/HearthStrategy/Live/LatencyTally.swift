/// Latencies in classes no wider than 1/64 of their value: memory and time of a record do not grow with their number.
package struct LatencyTally: Sendable {
    private static let subClassCount = 64
    private var counts = [UInt32](repeating: 0, count: subClassCount * 58)
    package private(set) var count = 0
    package private(set) var maxNanoseconds: Int64 = 0

    package init() {}

    /// Counts one.
    package mutating func record(nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        counts[Self.index(of: value)] &+= 1
        count += 1
        maxNanoseconds = max(maxNanoseconds, value)
    }

    /// The latency that `percent` % did not exceed, in microseconds; nil when there are none.
    package func microseconds(percentile percent: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((percent / 100 * Double(count)).rounded(.up)))
        var seen = 0
        for index in counts.indices {
            seen += Int(counts[index])
            if seen >= wanted { return Double(min(Self.upperBound(of: index), maxNanoseconds)) / 1000 }
        }
        return Double(maxNanoseconds) / 1000
    }

    private static func index(of value: Int64) -> Int {
        guard value >= Int64(subClassCount) else { return Int(value) }
        // The seven highest bits of the value: the leading one gives the octave, the six below it the class.
        let shift = 63 - value.leadingZeroBitCount - 6
        return (shift + 1) * subClassCount + Int(value >> Int64(shift)) - subClassCount
    }

    private static func upperBound(of index: Int) -> Int64 {
        guard index >= subClassCount else { return Int64(index) }
        let shift = index / subClassCount - 1
        let lower = Int64(index % subClassCount + subClassCount)
        // Of the last class 2^63 - 1, by way of the overflow.
        return ((lower + 1) << Int64(shift)) &- 1
    }
}
