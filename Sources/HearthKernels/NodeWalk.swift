import HearthModel

/// One step of a walk over nodes of one form, and what a leaf says (``NodeForm`` draws the layout). No step asks whether it
/// stands on a leaf: leaves loop on themselves. Nothing is checked: ``PackedModel`` has checked every node.
protocol NodeWalk {
    /// A value of a prepared row.
    associatedtype Key: FixedWidthInteger & UnsignedInteger

    /// The slot after `slot` for the row whose feature f is `row[f * stride]`.
    static func next(
        _ nodes: UnsafePointer<UInt64>, _ slot: Int, _ row: UnsafePointer<Key>, stride: Int
    ) -> Int

    static func isLeaf(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> Bool

    static func leafRow(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> UInt32
}

/// Nodes of 8 bytes. The comparison sets the carry, which the addition takes: seven instructions a step.
enum SmallNodeWalk: NodeWalk {
    @inline(__always)
    static func next(
        _ nodes: UnsafePointer<UInt64>, _ slot: Int, _ row: UnsafePointer<UInt32>, stride: Int
    ) -> Int {
        let node = unsafe nodes[slot]
        let value = unsafe row[Int(node >> 32 & 0xFFFF) &* stride]
        return slot &+ Int(node >> 48) &+ (value > UInt32(truncatingIfNeeded: node) ? 1 : 0)
    }

    @inline(__always)
    static func isLeaf(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> Bool {
        unsafe nodes[slot] >> 48 == 0
    }

    @inline(__always)
    static func leafRow(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> UInt32 {
        unsafe UInt32(truncatingIfNeeded: nodes[slot]) &- SortableKey.firstLeaf32
    }
}

/// Nodes of 16 bytes.
enum WideNodeWalk: NodeWalk {
    @inline(__always)
    static func next(
        _ nodes: UnsafePointer<UInt64>, _ slot: Int, _ row: UnsafePointer<UInt64>, stride: Int
    ) -> Int {
        let key = unsafe nodes[2 &* slot]
        let meta = unsafe nodes[2 &* slot &+ 1]
        let value = unsafe row[Int(meta & 0xFFFF_FFFF) &* stride]
        return slot &+ Int(meta >> 32) &+ (value > key ? 1 : 0)
    }

    @inline(__always)
    static func isLeaf(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> Bool {
        unsafe nodes[2 &* slot &+ 1] >> 32 == 0
    }

    @inline(__always)
    static func leafRow(_ nodes: UnsafePointer<UInt64>, _ slot: Int) -> UInt32 {
        unsafe UInt32(truncatingIfNeeded: nodes[2 &* slot] &- SortableKey.firstLeaf64)
    }
}
