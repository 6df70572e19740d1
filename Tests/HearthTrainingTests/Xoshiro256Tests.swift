import HearthTraining
import Testing

@Suite struct Xoshiro256Tests {
    /// The first outputs of the reference implementation from state 1, 2, 3, 4.
    @Test func `the sequence is the reference implementation's`() {
        var random = Xoshiro256(state: (1, 2, 3, 4))
        let outputs = (0..<6).map { _ in random.next() }
        #expect(
            outputs == [
                41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205,
                9_973_669_472_204_895_162,
            ])
    }

    @Test func `streams of one seed differ`() {
        var firsts: Set<UInt64> = []
        for stream in 0..<1000 as Range<UInt64> {
            var random = Xoshiro256(seed: 42, stream: stream)
            firsts.insert(random.next())
        }
        #expect(firsts.count == 1000)
    }

    @Test func `numbers below a bound are evenly spread`() {
        var random = Xoshiro256(seed: 1)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.below(7)] += 1 }
        #expect(counts.allSatisfy { (9600...10_400).contains($0) })
        #expect(random.below(1) == 0)
    }

    @Test func `units lie in 0 to 1 and average a half`() {
        var random = Xoshiro256(seed: 2)
        let units = (0..<50_000).map { _ in random.unit() }
        #expect(units.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(units.reduce(0, +) / 50_000 - 0.5) < 0.01)
    }

    @Test(arguments: [(0, 5), (5, 5), (3, 100), (256, 257), (1, 1)])
    func `a sample has no value twice`(count: Int, bound: Int) {
        var random = Xoshiro256(seed: 3)
        let sample = random.sample(count, below: bound)
        #expect(sample.count == count)
        #expect(Set(sample).count == count)
        #expect(sample.allSatisfy { (0..<bound).contains($0) })
    }

    @Test func `every value is sampled about equally often`() {
        var counts = [Int](repeating: 0, count: 10)
        for seed in 0..<10_000 as Range<UInt64> {
            var random = Xoshiro256(seed: seed)
            for value in random.sample(3, below: 10) { counts[value] += 1 }
        }
        #expect(counts.allSatisfy { (2800...3200).contains($0) })
    }
}
