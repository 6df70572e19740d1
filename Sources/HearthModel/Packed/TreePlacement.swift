/// Where the nodes of a tree go, so that a walk touches few cache lines.
///
/// The two children of a node are placed as a pair. A line is filled with a pair, then the children of that pair, then
/// theirs, so it holds two levels and more of one subtree (the first line three levels of the tree); what does not fit
/// begins lines of its own, upper ones first. A walk of eight steps touches four or five lines, where level order would
/// touch seven; out of the first-level cache that is a fifth of its time. No slot but the first stays empty, and
/// children come after their parents.
///
/// One value places tree after tree: its two queues keep their memory.
struct TreePlacement {
    /// A node that has its slot.
    struct Placed {
        var node: Int
        /// Counted from the start of the tree.
        var slot: Int
        /// Steps from the root.
        var level: Int
    }

    private let slotsPerLine: Int
    /// Inner nodes whose children have no place yet and go on the line being filled.
    private var line: [Placed] = []
    /// Those that wait for another line.
    private var waiting: [Placed] = []

    init(slotsPerLine: Int) {
        self.slotsPerLine = slotsPerLine
    }

    /// Hands every node of a tree to `write`, parents first, with the slot of its left child (0 for a leaf; the right
    /// child has the next), and returns the steps from the root to the deepest leaf.
    mutating func place(_ nodes: [Tree.Node], write: (Placed, Int) -> Void) -> Int {
        waiting.removeAll(keepingCapacity: true)
        line.removeAll(keepingCapacity: true)
        var (lineStart, waitingStart) = (0, 0)
        var steps = 0
        var cursor = 2
        put(Placed(node: 0, slot: 1, level: 0), nodes, write)
        while true {
            if cursor % slotsPerLine == 0 {
                waiting.append(contentsOf: line[lineStart...])
                lineStart = line.count
            }
            let parent: Placed
            if lineStart < line.count {
                parent = line[lineStart]
                lineStart += 1
            } else {
                guard waitingStart < waiting.count else { return steps }
                parent = waiting[waitingStart]
                waitingStart += 1
                line.removeAll(keepingCapacity: true)
                lineStart = 0
            }
            guard let (left, right) = nodes[parent.node].children else { continue }
            write(parent, cursor)
            let level = parent.level + 1
            steps = max(steps, level)
            put(Placed(node: left, slot: cursor, level: level), nodes, write)
            put(Placed(node: right, slot: cursor + 1, level: level), nodes, write)
            cursor += 2
        }
    }

    @inline(__always)
    private mutating func put(_ placed: Placed, _ nodes: [Tree.Node], _ write: (Placed, Int) -> Void) {
        if case .leaf = nodes[placed.node] { write(placed, 0) } else { line.append(placed) }
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
