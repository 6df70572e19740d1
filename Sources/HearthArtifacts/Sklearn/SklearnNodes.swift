import HearthModel

/// The node records of a `sklearn.tree._tree.Tree`, read in one pass where they lie in the file.
///
/// A forest of 20 MB is almost nothing else, so each record is loaded once and every check made at once.
struct SklearnNodes {
    private let records: PickleArray
    private let left: PickleArray.FieldPlace
    private let right: PickleArray.FieldPlace
    private let feature: PickleArray.FieldPlace
    private let threshold: PickleArray.FieldPlace
    /// Absent before scikit-learn 1.3; 1.3.0 and 1.3.1 leave in it for leaves whatever the memory held. As in the
    /// library, anything but 0 goes left.
    private let missingGoesLeft: PickleArray.FieldPlace?

    /// Throws `.unexpectedContent` when a field is missing or of another type.
    init(_ records: PickleArray) throws(ArtifactError) {
        self.records = records
        left = try Self.field("left_child", .signed, 8, of: records).place
        right = try Self.field("right_child", .signed, 8, of: records).place
        feature = try Self.field("feature", .signed, 8, of: records).place
        threshold = try Self.field("threshold", .float, 8, of: records).place
        missingGoesLeft =
            records.field(ifPresent: "missing_go_to_left") == nil
            ? nil : try Self.field("missing_go_to_left", .unsigned, 1, of: records).place
    }

    /// A field of the records, which must be of this type.
    static func field(
        _ name: String, _ kind: PickleElementType.Kind, _ byteCount: Int, of records: PickleArray
    ) throws(ArtifactError) -> PickleArray {
        let field = try records.field(name)
        guard field.type.kind == kind, field.type.byteCount == byteCount else {
            let expected = PickleElementType(kind: kind, byteCount: byteCount)
            throw field.node.error("\(field.type.text) found, \(expected.text) expected")
        }
        return field
    }

    /// The nodes, checked: each has one parent before it, each split a column below `columnCount`, and the leaves are
    /// numbered in their order.
    ///
    /// What is a leaf is not predictable, so that one and a split are told apart without a branch.
    func read(of tree: PickleNode, columnCount: Int) throws(ArtifactError) -> TreeNodes {
        let count = records.count
        let size = records.type.byteCount
        var leafCount: Int32 = 0
        let read = try unsafe records.withBytes { bytes throws(ArtifactError) in
            guard bytes.count == count * size else { throw tree.expected("\(count) nodes of \(size) bytes") }
            return unsafe [TreeNodes.Record](unsafeUninitializedCapacity: count) { output, initializedCount in
                for index in 0..<count {
                    let start = index * size
                    let left = unsafe Int32(clamping: left.integer(in: bytes, start))
                    let right = unsafe Int32(clamping: right.integer(in: bytes, start))
                    let isLeaf = left == -1 && right == -1
                    let column = unsafe Int32(clamping: feature.integer(in: bytes, start))
                    let threshold = unsafe Double(bitPattern: threshold.word(in: bytes, start))
                    let goesLeft = missingGoesLeft.map { unsafe $0.byte(in: bytes, start) } ?? 0
                    let flags = TreeNodes.Record.Flags.inner.rawValue | (goesLeft == 0 ? 0 : 1) << 2
                    unsafe output.initializeElement(
                        at: index,
                        to: TreeNodes.Record(
                            threshold: isLeaf ? 0 : threshold, left: isLeaf ? leafCount : left,
                            right: isLeaf ? 0 : right, column: isLeaf ? 0 : column,
                            flags: TreeNodes.Record.Flags(rawValue: isLeaf ? 0 : flags)))
                    leafCount &+= isLeaf ? 1 : 0
                }
                initializedCount = count
            }
        }
        var nodes = TreeNodes(records: read)
        if let problem = nodes.check(columnCount: columnCount, leafRowCount: Int(leafCount), categorySetCount: 0) {
            throw tree.error("\(problem.found) of node \(problem.node) found, \(problem.expected) expected")
        }
        return nodes
    }
}

extension PickleArray {
    /// Where the field that this array is lies in each element.
    struct FieldPlace {
        fileprivate var byteOffset: Int
        fileprivate var isBigEndian: Bool

        /// The field of 8 bytes of the element that starts at `start`; the caller has checked that it is there.
        @inline(__always)
        func word(in bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: start + byteOffset, as: UInt64.self)
            return isBigEndian ? UInt64(bigEndian: word) : UInt64(littleEndian: word)
        }

        @inline(__always)
        func integer(in bytes: UnsafeRawBufferPointer, _ start: Int) -> Int64 {
            unsafe Int64(bitPattern: word(in: bytes, start))
        }

        /// The same for a field of one byte.
        @inline(__always)
        func byte(in bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt8 {
            unsafe bytes.loadUnaligned(fromByteOffset: start + byteOffset, as: UInt8.self)
        }
    }

    /// Of a field of a structured array.
    var place: FieldPlace { FieldPlace(byteOffset: fieldByteOffset, isBigEndian: type.isBigEndian) }
}
