/// What is wrong with a node of a tree.
package struct TreeProblem: Sendable, Equatable {
    package var node: Int
    /// E.g. `child 7`.
    package var found: String
    package var expected: String
}

/// Whether the nodes of a tree are sound: each but the root has one parent, before it, and all they name is there.
struct TreeNodeCheck {
    let records: [TreeNodes.Record]
    let columnCount: Int
    let leafRowCount: Int
    let categorySetCount: Int

    /// One pass that gathers the answer of every node in one flag: what is a leaf is not predictable, and a wrong guess
    /// would cost more than the checks.
    ///
    /// Links that lead to different nodes behind their own, one fewer than there are nodes, give each but the root one
    /// parent before it.
    var isSound: Bool {
        let count = records.count
        guard count > 0 else { return false }
        let (columnLimit, leafLimit) = (UInt(bitPattern: columnCount), UInt(bitPattern: leafRowCount))
        // Whether a node has a parent; behind them a place for what leaves and wrong children would write.
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 1) { hasParent in
            unsafe hasParent.initialize(repeating: 0)
            return unsafe records.withUnsafeBufferPointer { records in
                var isSound = true
                var linkCount = 0
                for index in 0..<count {
                    let record = unsafe records[index]
                    let (left, right) = (Int(record.left), Int(record.right))
                    let room = UInt(bitPattern: count &- index &- 1)
                    let isInside =
                        (UInt(bitPattern: left &- index &- 1) < room)
                        & (UInt(bitPattern: right &- index &- 1) < room) & (left != right)
                    let isInner = record.isInner
                    let isCategory = record.flags.rawValue & TreeNodes.Record.Flags.category.rawValue != 0
                    let isThreshold = isCategory ? isSet(record.threshold) : !record.threshold.isNaN
                    let isGoodInner = isInside & (UInt(bitPattern: Int(record.column)) < columnLimit) & isThreshold
                    let isGoodLeaf = UInt(bitPattern: left) < leafLimit
                    let linksChildren = isInner & isInside
                    let (first, second) = (linksChildren ? left : count, linksChildren ? right : count)
                    let isFirstParent = unsafe hasParent[first] | hasParent[second] == 0
                    isSound = isSound & (isInner ? isGoodInner & isFirstParent : isGoodLeaf)
                    linkCount &+= isInner ? 2 : 0
                    unsafe hasParent[first] = linksChildren ? 1 : 0
                    unsafe hasParent[second] = linksChildren ? 1 : 0
                }
                return isSound && linkCount == count - 1
            }
        }
    }

    private func isSet(_ index: Double) -> Bool { index >= 0 && index < Double(categorySetCount) }

    /// The first node that is not sound, for a message; nil when all are.
    var firstProblem: TreeProblem? {
        let count = records.count
        var hasParent = [Bool](repeating: false, count: count)
        for (index, record) in records.enumerated() {
            func problem(_ found: String, _ expected: String, at node: Int? = nil) -> TreeProblem {
                TreeProblem(node: node ?? index, found: found, expected: expected)
            }
            guard index == 0 || hasParent[index] else { return problem("no parent before it", "one") }
            guard record.isInner else {
                guard (0..<leafRowCount).contains(Int(record.left)) else {
                    return problem("leaf row \(record.left)", "0 to \(leafRowCount - 1)")
                }
                continue
            }
            if record.flags.contains(.category) {
                guard isSet(record.threshold) else {
                    return problem("category set \(record.set)", "0 to \(categorySetCount - 1)")
                }
            } else if record.threshold.isNaN {
                return problem("threshold NaN", "a number")
            }
            guard (0..<columnCount).contains(Int(record.column)) else {
                return problem("column \(record.column)", "0 to \(columnCount - 1)")
            }
            for child in [Int(record.left), Int(record.right)] {
                guard child > index, child < count else {
                    return problem("child \(child)", "\(index + 1) to \(count - 1)")
                }
                guard !hasParent[child] else { return problem("two parents", "one", at: child) }
                hasParent[child] = true
            }
        }
        return nil
    }
}

extension Bool {
    /// Both, without the branch that `&&` may become.
    @inline(__always)
    fileprivate static func & (left: Bool, right: Bool) -> Bool {
        (left ? 1 : 0) & (right ? 1 : 0) as UInt8 != 0
    }
}
