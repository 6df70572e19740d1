/// Where the nodes of a tree go, so that a walk touches few cache lines.
///
/// The two children of a node are placed as a pair. A line is filled with a pair, then the children of that pair, then
/// theirs, so it holds two levels and more of one subtree (the first line three levels of the tree); what does not fit
/// begins lines of its own, upper ones first. A walk of eight steps touches four or five lines, where level order would
/// touch seven; out of the first-level cache that is a fifth of its time. No slot but the first stays empty, and
/// children come after their parents.
///
/// One value places tree after tree: its queues keep their memory.
struct TreePlacement {
    /// An inner node that has its slot, counted from the start of the tree.
    private struct Placed {
        var node: Int32
        var slot: Int32
        /// Steps from the root.
        var level: Int32
    }

    private let slotsPerLine: Int
    /// Those whose children have no place yet and go on the line being filled.
    private var line: [Placed]
    /// Those that wait for another line.
    private var waiting: [Placed]

    /// Places trees of up to `nodeCountMax` nodes.
    init(slotsPerLine: Int, nodeCountMax: Int) {
        self.slotsPerLine = slotsPerLine
        line = [Placed](repeating: Placed(node: 0, slot: 0, level: 0), count: nodeCountMax + 2)
        waiting = line
    }

    /// Hands every node of a tree with its slot to `write`, the slot of every inner node with that of its left child to
    /// `link` (the right child has the next), and returns the steps from the root to the deepest leaf.
    ///
    /// The tree is sound and has at most as many nodes as were announced.
    ///
    /// A leaf takes the same way as an inner node, but for not being counted in the line: which of them comes next is
    /// not predictable, and a branch would cost more.
    @inline(__always)
    mutating func place(_ nodes: [TreeNodes.Record], write: (Int, Int) -> Void, link: (Int, Int) -> Void) -> Int {
        precondition(nodes.count + 2 <= line.count, "a tree of more nodes than announced")
        return unsafe nodes.withUnsafeBufferPointer { nodes in
            unsafe Self.place(nodes, &line, &waiting, slotsPerLine, write: write, link: link)
        }
    }

    @inline(__always)
    private static func place(
        _ nodes: UnsafeBufferPointer<TreeNodes.Record>, _ line: inout [Placed], _ waiting: inout [Placed],
        _ slotsPerLine: Int, write: (Int, Int) -> Void, link: (Int, Int) -> Void
    ) -> Int {
        unsafe line.withUnsafeMutableBufferPointer { line in
            unsafe waiting.withUnsafeMutableBufferPointer { waiting in
                var (lineStart, lineEnd, waitingStart, waitingEnd) = (0, 0, 0, 0)
                var steps: Int32 = 0
                var cursor = 2
                write(0, 1)
                if unsafe nodes[0].isInner {
                    unsafe line[0] = Placed(node: 0, slot: 1, level: 0)
                    lineEnd = 1
                }
                while true {
                    if cursor & (slotsPerLine &- 1) == 0 {
                        while lineStart < lineEnd {
                            unsafe waiting[waitingEnd] = line[lineStart]
                            waitingEnd &+= 1
                            lineStart &+= 1
                        }
                    }
                    let parent: Placed
                    if lineStart < lineEnd {
                        parent = unsafe line[lineStart]
                        lineStart &+= 1
                    } else {
                        guard waitingStart < waitingEnd else { return Int(steps) }
                        parent = unsafe waiting[waitingStart]
                        waitingStart &+= 1
                        (lineStart, lineEnd) = (0, 0)
                    }
                    let level = parent.level &+ 1
                    steps = max(steps, level)
                    let record = unsafe nodes[Int(parent.node)]
                    link(Int(parent.slot), cursor)
                    let slot = Int32(truncatingIfNeeded: cursor)
                    write(Int(record.left), cursor)
                    unsafe line[lineEnd] = Placed(node: record.left, slot: slot, level: level)
                    lineEnd &+= unsafe nodes[Int(record.left)].isInner ? 1 : 0
                    write(Int(record.right), cursor &+ 1)
                    unsafe line[lineEnd] = Placed(node: record.right, slot: slot &+ 1, level: level)
                    lineEnd &+= unsafe nodes[Int(record.right)].isInner ? 1 : 0
                    cursor &+= 2
                }
            }
        }
    }
}
