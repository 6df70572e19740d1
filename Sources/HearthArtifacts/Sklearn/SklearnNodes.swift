import HearthModel

/// The node records of a `sklearn.tree._tree.Tree`, read in one pass where they lie in the file.
///
/// A forest of 20 MB is almost nothing else, so each record is loaded once and every check made at once.
struct SklearnNodes {
    private let records: PickleArray
    private let fields: TreeNodeFields

    /// Throws `.unexpectedContent` when a field is missing or of another type.
    init(_ records: PickleArray) throws(ArtifactError) {
        self.records = records
        let left = try Self.field("left_child", .signed, 8, of: records)
        let right = try Self.field("right_child", .signed, 8, of: records)
        let feature = try Self.field("feature", .signed, 8, of: records)
        let threshold = try Self.field("threshold", .float, 8, of: records)
        for field in [right, feature, threshold] where field.type.isBigEndian != left.type.isBigEndian {
            throw records.node.error("fields of both byte orders found, one expected")
        }
        // Absent before scikit-learn 1.3; 1.3.0 and 1.3.1 leave in it for leaves whatever the memory held. As in the
        // library, anything but 0 goes left.
        let missing =
            records.field(ifPresent: "missing_go_to_left") == nil
            ? nil : try Self.field("missing_go_to_left", .unsigned, 1, of: records)
        fields = TreeNodeFields(
            byteCount: records.type.byteCount, left: left.fieldByteOffset, right: right.fieldByteOffset,
            column: feature.fieldByteOffset, threshold: threshold.fieldByteOffset,
            missingGoesLeft: missing?.fieldByteOffset, isBigEndian: left.type.isBigEndian)
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
    func read(of tree: PickleNode, columnCount: Int) throws(ArtifactError) -> TreeNodes {
        let count = records.count
        let size = fields.byteCount
        let read = try unsafe records.withBytes { bytes throws(ArtifactError) in
            guard bytes.count == count * size else { throw tree.expected("\(count) nodes of \(size) bytes") }
            return unsafe TreeNodes.read(bytes, fields)
        }
        var nodes = read.nodes
        if let problem = nodes.check(columnCount: columnCount, leafRowCount: read.leafCount, categorySetCount: 0) {
            throw tree.error("\(problem.found) of node \(problem.node) found, \(problem.expected) expected")
        }
        return nodes
    }
}
