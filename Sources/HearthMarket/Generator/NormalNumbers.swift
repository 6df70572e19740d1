import Glibc
import HearthCore

/// Normal and whole random numbers of one seed.
struct NormalNumbers: Sendable {
    private var generator: SplitMix64
    private var spare: Double?

    /// Equal seeds give equal sequences.
    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// A number in 0..<1, a multiple of 2^-53.
    mutating func unit() -> Double {
        Double(generator.next() >> 11) * 0x1p-53
    }

    /// A whole number of `range`, which is short: the bias is that of 53 random bits.
    mutating func whole(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(unit() * Double(range.upperBound - range.lowerBound + 1))
    }

    /// A number of the standard normal distribution (Box and Muller, 1958).
    mutating func normal() -> Double {
        if let number = spare {
            spare = nil
            return number
        }
        let radius = (-2 * log(1 - unit())).squareRoot()
        let angle = 2 * Double.pi * unit()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}
