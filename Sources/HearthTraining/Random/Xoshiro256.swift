import HearthCore

/// The trainer's own random numbers: Blackman and Vigna's xoshiro256++, its state filled by SplitMix64 from one seed.
///
/// Nothing here depends on the standard library's sampling, which may change between releases: the same seed gives the
/// same model and the same generated series for as long as this file stays as it is. Reference:
/// `https://prng.di.unimi.it/xoshiro256plusplus.c` and `splitmix64.c`.
package struct Xoshiro256: Sendable, RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameters:
    ///   - seed: any number; equal seeds give equal sequences.
    ///   - stream: which of the independent sequences of that seed, e.g. the number of a tree.
    package init(seed: UInt64, stream: UInt64 = 0) {
        var mixer = SplitMix64(seed: seed)
        if stream > 0 {
            mixer = SplitMix64(seed: mixer.next() ^ (stream &* 0xD1B5_4A32_D192_ED03))
        }
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// A state as the reference implementation has it, not all zero.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        let result = rotated(state.0 &+ state.3, by: 23) &+ state.0
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }

    /// A number in 0..<1, a multiple of 2^-53.
    package mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A whole number in 0..<`bound`, without bias (Lemire's multiply and reject).
    ///
    /// `bound` is at least 1.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a random number is drawn from at least one value")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let rejected = (0 &- range) % range
            while product.low < rejected {
                product = next().multipliedFullWidth(by: range)
            }
        }
        return Int(product.high)
    }

    private func rotated(_ value: UInt64, by count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}
