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
    /// Absent before scikit-learn 1.3.
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

    /// The nodes with their depths, 1 for the root.
    ///
    /// Parents come before their children, so one pass sees all; what passes cannot make a walk go round.
    func read(of tree: PickleNode, columnCount: Int) throws(ArtifactError) -> (nodes: [Tree.Node], depths: [Int]) {
        let count = records.count
        var nodes: [Tree.Node] = []
        nodes.reserveCapacity(count)
        var depths = [Int](repeating: 0, count: count)
        depths[0] = 1
        var leafCount = 0
        try unsafe records.withBytes { bytes throws(ArtifactError) in
            let size = records.type.byteCount
            guard bytes.count == count * size else { throw tree.expected("\(count) nodes of \(size) bytes") }
            for index in 0..<count {
                let start = index * size
                let depth = depths[index]
                guard depth > 0 else { throw tree.error("node \(index) has no parent before it, one expected") }
                let left = unsafe Int(Int64(bitPattern: left.word(in: bytes, start)))
                let right = unsafe Int(Int64(bitPattern: right.word(in: bytes, start)))
                if left == -1, right == -1 {
                    nodes.append(.leaf(leafCount))
                    leafCount += 1
                    continue
                }
                guard left > index, left < count, right > index, right < count else {
                    let child = left > index && left < count ? right : left
                    throw tree.error("child \(child) of node \(index) found, \(index + 1) to \(count - 1) expected")
                }
                guard depths[left] == 0, depths[right] == 0, left != right else {
                    let child = depths[left] == 0 ? right : left
                    throw tree.error("node \(child) has two parents, one expected")
                }
                depths[left] = depth + 1
                depths[right] = depth + 1
                let feature = unsafe Int64(bitPattern: feature.word(in: bytes, start))
                guard feature >= 0, feature < Int64(columnCount) else {
                    throw tree.error("column \(feature) of node \(index) found, 0 to \(columnCount - 1) expected")
                }
                let threshold = unsafe Double(bitPattern: threshold.word(in: bytes, start))
                guard !threshold.isNaN else {
                    throw tree.error("threshold NaN of node \(index) found, a number expected")
                }
                var goesLeft: UInt8 = 0
                if let missingGoesLeft { goesLeft = unsafe missingGoesLeft.byte(in: bytes, start) }
                guard goesLeft <= 1 else {
                    throw tree.error("missing_go_to_left \(goesLeft) of node \(index) found, 0 or 1 expected")
                }
                nodes.append(
                    .split(
                        column: Int(feature), threshold: threshold, left: left, right: right,
                        missingGoesLeft: goesLeft == 1))
            }
        }
        return (nodes, depths)
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

        /// The same for a field of one byte.
        @inline(__always)
        func byte(in bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt8 {
            unsafe bytes.loadUnaligned(fromByteOffset: start + byteOffset, as: UInt8.self)
        }
    }

    /// Of a field of a structured array.
    var place: FieldPlace { FieldPlace(byteOffset: fieldByteOffset, isBigEndian: type.isBigEndian) }
}
