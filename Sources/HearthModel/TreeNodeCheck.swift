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
    var isSound: Bool {
        let count = records.count
        // Whether a node has a parent; behind them a place for what leaves and wrong children would write.
        var hasParent = [Bool](repeating: false, count: count + 1)
        hasParent[0] = true
        var isSound = count > 0
        for index in 0..<count {
            let record = records[index]
            let (left, right) = (Int(record.left), Int(record.right))
            let room = UInt(bitPattern: count &- index &- 1)
            let isInside =
                UInt(bitPattern: left &- index &- 1) < room && UInt(bitPattern: right &- index &- 1) < room
            let isInner = record.isInner
            let value = record.flags.contains(.category) ? isSet(record.threshold) : !record.threshold.isNaN
            let isGoodInner = isInside && UInt(bitPattern: Int(record.column)) < UInt(bitPattern: columnCount) && value
            let isGoodLeaf = UInt(bitPattern: left) < UInt(bitPattern: leafRowCount)
            let linksChildren = isInner && isInside
            let (first, second) = (linksChildren ? left : count, linksChildren ? right : count)
            let isFirstParent = !hasParent[first] && !hasParent[second] && left != right
            isSound =
                isSound && hasParent[index] && (isInner ? isGoodInner && isFirstParent : isGoodLeaf)
            hasParent[first] = linksChildren
            hasParent[second] = linksChildren
        }
        return isSound
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
