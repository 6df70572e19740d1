/// Where the fields of a node lie in records that another library wrote: children, column, threshold of 8 bytes each.
package struct TreeNodeFields: Sendable {
    /// Bytes from one record to the next; every field lies within a record.
    package var byteCount: Int
    package var left: Int
    package var right: Int
    package var column: Int
    package var threshold: Int
    /// A byte that is not 0 where missing values go left; nil where they go nowhere in particular.
    package var missingGoesLeft: Int?
    package var isBigEndian: Bool

    package init(
        byteCount: Int, left: Int, right: Int, column: Int, threshold: Int, missingGoesLeft: Int?, isBigEndian: Bool
    ) {
        self.byteCount = byteCount
        self.left = left
        self.right = right
        self.column = column
        self.threshold = threshold
        self.missingGoesLeft = missingGoesLeft
        self.isBigEndian = isBigEndian
    }
}

/// Whole trees at once: a call into another target for each node would cost more than what is done for it.
extension TreeNodes {
    /// Reads records of which the bytes are full; nodes without children, which both are -1, are leaves, numbered in
    /// their order.
    ///
    /// What is a leaf is not predictable, so that one and a split are told apart without a branch.
    package static func read(
        _ bytes: UnsafeRawBufferPointer, _ fields: TreeNodeFields
    ) -> (nodes: TreeNodes, leafCount: Int) {
        fields.isBigEndian
            ? unsafe read(bytes, fields, isBigEndian: true) : unsafe read(bytes, fields, isBigEndian: false)
    }

    @inline(__always)
    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ fields: TreeNodeFields, isBigEndian: Bool
    ) -> (nodes: TreeNodes, leafCount: Int) {
        let count = bytes.count / fields.byteCount
        for field in [fields.left, fields.right, fields.column, fields.threshold] {
            precondition(field >= 0 && field <= fields.byteCount - 8, "a field beyond its record")
        }
        precondition((0..<fields.byteCount).contains(fields.missingGoesLeft ?? 0), "a flag beyond its record")
        var leafCount: Int32 = 0
        let records = unsafe [Record](unsafeUninitializedCapacity: count) { output, initializedCount in
            for index in 0..<count {
                let start = index &* fields.byteCount
                let left = unsafe integer(bytes, start &+ fields.left, isBigEndian)
                let right = unsafe integer(bytes, start &+ fields.right, isBigEndian)
                let column = unsafe integer(bytes, start &+ fields.column, isBigEndian)
                let threshold = unsafe word(bytes, start &+ fields.threshold, isBigEndian)
                var flags = Record.Flags.inner.rawValue
                if let missing = fields.missingGoesLeft {
                    let goesLeft = unsafe bytes.loadUnaligned(fromByteOffset: start &+ missing, as: UInt8.self)
                    flags |= (goesLeft == 0 ? 0 : 1) &<< 2
                }
                let isLeaf = left & right == -1
                unsafe output.initializeElement(
                    at: index,
                    to: Record(
                        threshold: Double(bitPattern: isLeaf ? 0 : threshold), left: isLeaf ? leafCount : left,
                        right: isLeaf ? 0 : right, column: isLeaf ? 0 : column,
                        flags: Record.Flags(rawValue: isLeaf ? 0 : flags)))
                leafCount &+= isLeaf ? 1 : 0
            }
            initializedCount = count
        }
        return (TreeNodes(records: records), Int(leafCount))
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ isBigEndian: Bool) -> UInt64 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return isBigEndian ? UInt64(bigEndian: word) : UInt64(littleEndian: word)
    }

    /// An integer, or the nearest of 32 bits: no such child or column is sound.
    @inline(__always)
    private static func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ isBigEndian: Bool) -> Int32 {
        let value = unsafe Int64(bitPattern: word(bytes, offset, isBigEndian))
        let narrow = Int32(truncatingIfNeeded: value)
        return Int64(narrow) == value ? narrow : Int32(clamping: value)
    }

    /// The values of the leaves of a sound tree, of which every node has `width`.
    package func leafValues(of values: [Double], width: Int) -> [Double] {
        // One and two values, which are nearly all, have loops of their own in which the width is known.
        switch width {
        case 1: copyLeaves(of: values, width: 1)
        case 2: copyLeaves(of: values, width: 2)
        default: copyLeaves(of: values, width: width)
        }
    }

    @inline(__always)
    private func copyLeaves(of values: [Double], width: Int) -> [Double] {
        precondition(values.count == count * width, "values of other nodes")
        // Every node is copied, and what was no leaf written over by the next: which it is is not predictable. A sound
        // tree has one leaf more than splits.
        let capacity = ((count + 1) / 2 + 1) * width
        return unsafe [Double](unsafeUninitializedCapacity: capacity) { output, copiedCount in
            unsafe records.withUnsafeBufferPointer { records in
                unsafe values.withUnsafeBufferPointer { values in
                    var end = 0
                    for index in 0..<records.count {
                        for position in 0..<width {
                            unsafe output[end &+ position] = values[index &* width &+ position]
                        }
                        end &+= unsafe records[index].isInner ? 0 : width
                    }
                    copiedCount = end
                }
            }
        }
    }
}
