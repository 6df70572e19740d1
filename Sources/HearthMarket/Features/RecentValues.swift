/// The last `capacity` values of a series, always in one piece of memory, oldest first.
///
/// Every value is written twice, `capacity` apart, so that the newest `n` values are contiguous wherever the ring is: a
/// sum over them runs from the oldest to the newest and gives the same bits whenever the series began.
struct RecentValues: Sendable {
    let capacity: Int
    /// Values seen so far, those among them that are gone too.
    private(set) var count = 0

    private var storage: [Double]
    private var next = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        storage = [Double](repeating: 0, count: 2 * self.capacity)
    }

    mutating func append(_ value: Double) {
        storage[next] = value
        storage[next + capacity] = value
        next += 1
        if next == capacity { next = 0 }
        count += 1
    }

    /// The value `back` places before the newest; `back` is less than the capacity and the count.
    func value(back: Int) -> Double {
        storage[next + capacity - 1 - back]
    }

    /// The newest `length` values, oldest first; `length` is at most the capacity and the count.
    func last(_ length: Int) -> ArraySlice<Double> {
        storage[next + capacity - length..<next + capacity]
    }
}
