import HearthModel

/// The plainer walk of ensembles with categorical splits: one tree after the other, one row at a time.
///
/// A categorical node looks its set up; the numeric ones are as in ``WideNodeWalk``.
enum CategoryWalk {
    /// ``NodeForm/categoryBit``, not by a call into another target.
    private static var categoryBit: UInt32 { 0x8000_0000 }

    /// The leaf row of one tree.
    static func leafRow(
        _ plan: UnsafePointer<KernelPlan>, root: Int, row: UnsafePointer<UInt64>
    ) -> UInt32 {
        let nodes = unsafe plan.pointee.nodes
        var slot = root
        while true {
            let key = unsafe nodes[2 &* slot]
            let meta = unsafe nodes[2 &* slot &+ 1]
            let delta = Int(meta >> 32)
            if delta == 0 { return UInt32(truncatingIfNeeded: key &- SortableKey.firstLeaf64) }
            let feature = UInt32(truncatingIfNeeded: meta)
            let goesRight: Bool
            if feature & categoryBit != 0 {
                let index = Int(feature & ~categoryBit)
                let words = unsafe plan.pointee.categories + Int(key & 0xFFFF_FFFF)
                goesRight = unsafe categoryGoesRight(
                    plan, row[index], words, wordCount: key >> 32, missingGoesRight: index & 1 == 1)
            } else {
                goesRight = unsafe row[Int(feature)] > key
            }
            slot = slot &+ delta &+ (goesRight ? 1 : 0)
        }
    }

    /// Missing values go where the node sends them, negative ones by the rule of the ensemble; others are cut to whole
    /// numbers and go left when their bit is set.
    private static func categoryGoesRight(
        _ plan: UnsafePointer<KernelPlan>, _ key: UInt64, _ words: UnsafePointer<UInt32>, wordCount: UInt64,
        missingGoesRight: Bool
    ) -> Bool {
        if key == SortableKey.missingLeft64 { return false }
        if key == SortableKey.missingRight64 { return true }
        var value = SortableKey.number(key)
        if value < 0 {
            if unsafe plan.pointee.negativeIsMissing { return missingGoesRight }
            guard unsafe plan.pointee.truncatesNegative && value > -1 else { return true }
            value = 0
        }
        guard value < Double(wordCount &* 32) else { return true }
        let category = Int(value)
        return unsafe words[category >> 5] >> UInt32(category & 31) & 1 == 0
    }
}
