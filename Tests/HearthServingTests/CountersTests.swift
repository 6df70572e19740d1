import HearthCore
import HearthMetrics
import Testing

@Suite struct CountersTests {
    @Test func `a counter loses nothing that eight threads count`() throws {
        let counter = Counter()
        try onThreads(8) { _ in
            for _ in 0..<10_000 { counter.add() }
            counter.add(5)
        }

        #expect(counter.value == 80_040)
    }

    @Test func `every counter has a name of its own`() {
        let counters = ServerCounters()
        counters.swaps.add(3)

        #expect(Set(counters.all.map(\.name)).count == counters.all.count)
        #expect(counters.all.filter { $0.value > 0 }.map(\.name) == ["swaps"])
    }
}
