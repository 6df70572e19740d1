/// Where the nodes of one tree go, so that a walk touches few cache lines.
///
/// The two children of a node are placed as a pair. A line is filled with a pair, then the children of that pair, then
/// theirs, so it holds two levels and more of one subtree (the first line three levels of the tree); what does not fit
/// begins lines of its own, upper ones first. A walk of eight steps touches four or five lines, where level order would
/// touch seven; out of the first-level cache that is a fifth of its time. No slot but the first stays empty, and
/// children come after their parents.
struct TreePlacement {
    /// Slot of each node.
    private(set) var slots: [Int]
    /// Slot of the left child of each inner node; the right child has the next.
    private(set) var pairs: [Int]
    /// Steps from the root to the deepest leaf.
    private(set) var steps = 0

    init(of tree: Tree, slotsPerLine: Int) {
        slots = [Int](repeating: 0, count: tree.nodes.count)
        pairs = slots
        var depths = slots
        // Inner nodes whose children have no place yet: `line` in the line being filled, `waiting` (from `next` on) for
        // another.
        var line: [Int] = [0]
        var waiting: [Int] = []
        var next = 0
        slots[0] = 1
        var cursor = 2
        while true {
            if cursor % slotsPerLine == 0 {
                waiting += line
                line = []
            }
            if line.isEmpty {
                guard next < waiting.count else { break }
                line = [waiting[next]]
                next += 1
            }
            let parent = line.removeFirst()
            guard let (left, right) = tree.nodes[parent].children else { continue }
            pairs[parent] = cursor
            for (child, slot) in [(left, cursor), (right, cursor + 1)] {
                slots[child] = slot
                depths[child] = depths[parent] + 1
                steps = max(steps, depths[child])
                if tree.nodes[child].children != nil { line.append(child) }
            }
            cursor += 2
        }
    }
}

extension Tree.Node {
    fileprivate var children: (left: Int, right: Int)? {
        switch self {
        case .leaf: nil
        case .split(_, _, let left, let right, _), .category(_, _, let left, let right, _): (left, right)
        }
    }
}
