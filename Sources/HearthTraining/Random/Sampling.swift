extension Xoshiro256 {
    /// `count` different whole numbers of 0..<`bound`, every subset equally likely (Floyd's algorithm), in the order
    /// drawn.
    package mutating func sample(_ count: Int, below bound: Int) -> [Int] {
        precondition(count <= bound, "a sample without replacement cannot be larger than its population")
        var chosen: Set<Int> = []
        var sample: [Int] = []
        sample.reserveCapacity(count)
        for limit in bound - count..<bound {
            let candidate = below(limit + 1)
            let taken = chosen.insert(candidate).inserted ? candidate : limit
            if taken == limit { chosen.insert(limit) }
            sample.append(taken)
        }
        return sample
    }

    /// 0..<`count` in random order (Fisher and Yates).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, below(last + 1))
        }
        return order
    }
}
