import HearthModel
import Testing

struct SortableKeyTests {
    private let special: [Double] = [
        -.infinity, -.greatestFiniteMagnitude, -3.4028234663852886e38, -1, -1e-45, -.leastNonzeroMagnitude, -0.0, 0,
        .leastNonzeroMagnitude, 1e-45, 1e-40, 0.1, 1, 3.4028234663852886e38, .greatestFiniteMagnitude, .infinity,
    ]

    @Test func `keys are in the order of the numbers, both zeros the same`() {
        for left in special {
            for right in special {
                #expect((SortableKey.of(left) <= SortableKey.of(right)) == (left <= right))
                #expect((SortableKey.of(Float(left)) <= SortableKey.of(Float(right))) == (Float(left) <= Float(right)))
            }
            #expect(SortableKey.number(SortableKey.of(left)) == left)
        }
    }

    @Test func `missing values lie below and above all numbers, leaves above everything`() {
        #expect(SortableKey.of(-Float.infinity) > SortableKey.missingLeft32)
        #expect(SortableKey.of(Float.infinity) == SortableKey.infinity32)
        #expect(SortableKey.missingRight32 > SortableKey.infinity32)
        #expect(SortableKey.firstLeaf32 >= SortableKey.missingRight32)
        #expect(SortableKey.of(Double.infinity) == SortableKey.infinity64)
        #expect(SortableKey.missingRight64 > SortableKey.infinity64)
        #expect(Int(UInt32.max - SortableKey.firstLeaf32) + 1 == SortableKey.leafRowCount32)
    }
}
