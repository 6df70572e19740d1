import HearthModel

/// One step of a walk over nodes of one form, and what a leaf says (``NodeForm`` draws the layout).
///
/// No step asks whether it stands on a leaf: leaves loop on themselves. Nothing is checked: ``PackedModel`` has checked
/// every node.
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

/// Nodes of 8 bytes: six instructions a step.
///
/// The comparison sets the carry, which the addition to the child's slot takes; the word of feature and delta is loaded
/// once, and what is left of it becomes the next slot.
enum SmallNodeWalk: NodeWalk {
    @inline(__always)
    static func next(
        _ nodes: UnsafePointer<UInt64>, _ slot: Int, _ row: UnsafePointer<UInt32>, stride: Int
    ) -> Int {
        let node = unsafe UnsafeRawPointer(nodes + slot)
        if stride != 1 {
            // A tile's stride costs an instruction; separate loads of feature and delta make up for it.
            let value = unsafe row[Int(node.load(fromByteOffset: 4, as: UInt16.self)) &* stride]
            let delta = unsafe Int(node.load(fromByteOffset: 6, as: UInt16.self))
            return slot &+ delta &+ oneIf(unsafe value > node.load(as: UInt32.self))
        }
        let meta = unsafe node.load(fromByteOffset: 4, as: UInt32.self)
        let value = unsafe row[Int(meta & 0xFFFF) &* stride]
        return slot &+ Int(meta >> 16) &+ oneIf(unsafe value > node.load(as: UInt32.self))
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
        let node = unsafe UnsafeRawPointer(nodes + 2 &* slot)
        let value = unsafe row[Int(node.load(fromByteOffset: 8, as: UInt32.self)) &* stride]
        let delta = unsafe Int(node.load(fromByteOffset: 12, as: UInt32.self))
        return slot &+ delta &+ oneIf(unsafe value > node.load(as: UInt64.self))
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

/// 1 for true.
///
/// Written as `condition ? 1 : 0` the compiler makes some of the lanes branch, and a mispredicted branch costs more
/// than all the rest of a step.
@inline(__always)
private func oneIf(_ condition: Bool) -> Int {
    unsafe Int(unsafeBitCast(condition, to: UInt8.self))
}
