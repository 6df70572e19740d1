/// How a node lies in memory.
///
/// All nodes of an ensemble have the same form.
///
///     small        8 bytes: key u32 | feature u16 | delta u16              float32 values, key = `SortableKey`
///     wide        16 bytes: key u64 | feature u32 | delta u32              float64 values (or float32 ones, widened)
///     categorical 16 bytes: as wide; a categorical node has bit 31 of feature set, and in key the first word of its
///     set
///                           (low half) and the number of words (high half)
///
/// A walk goes from node `i` to `i + delta`, plus one when the value of `feature` is greater than the key: both
/// children lie side by side. A leaf has delta 0, feature 0 and a key that no value exceeds, which names its leaf row:
/// it loops on itself. Where a value may be missing, column c stands in the prepared row twice, as feature 2c for nodes
/// that send missing values left and 2c + 1 for those that send them right.
///
/// A tree starts at a multiple of 64 bytes with one unused slot, so that no pair of children straddles a cache line;
/// its root is the slot after that, and ``TreePlacement`` says where the others go: always after their parents.
package enum NodeForm: UInt8, Sendable, Equatable {
    case small = 0
    case wide = 1
    case categorical = 2

    package var byteCount: Int { self == .small ? 8 : 16 }

    /// Slots in 64 bytes: trees start at a multiple of this.
    package var slotsPerLine: Int { 64 / byteCount }

    /// Bit 31 of the feature of a categorical node.
    package static var categoryBit: UInt32 { 0x8000_0000 }

    /// Slots that a tree of `nodeCount` nodes takes: the unused one, the nodes, and the rest of the last line.
    func slotCount(nodeCount: Int) -> Int {
        (1 + nodeCount + slotsPerLine - 1) / slotsPerLine * slotsPerLine
    }
}

/// One tree of a packed ensemble: 16 bytes, little-endian.
package struct TreeRecord: Sendable, Equatable {
    /// Slot of the root.
    package var root: UInt32  // offset 0
    package var nodeCount: UInt32  // offset 4
    /// Steps from the root to the deepest leaf.
    package var steps: UInt32  // offset 8
    /// For leaves of one value: the output they add to; else 0.
    package var output: UInt32  // offset 12

    package static let byteCount = 16

    package init(root: UInt32, nodeCount: UInt32, steps: UInt32, output: UInt32) {
        self.root = root
        self.nodeCount = nodeCount
        self.steps = steps
        self.output = output
    }
}
