import Synchronization

/// A pickle or joblib file that was read: a graph of inert values over the file's bytes.
///
/// Arrays are ranges of those bytes; nothing is copied until a converter asks for numbers. Nodes that the file shares
/// are shared here, and a file may contain itself: walk it with a ``PickleWalk``.
package final class PickleDocument: Sendable {
    /// The file, as messages name it.
    package let path: String
    /// How the file was compressed; nil when it was not.
    package let codec: Codec?
    let limits: PickleLimits
    let content: ByteStore
    let pool: ByteStore
    let records: [PickleRecord]
    let children: [UInt32]
    let elementTypes: [PickleElementType]
    let arrays: [PickleArena.Array]
    let shapes: [Int]
    private let rootIndex: UInt32
    /// What the conversion at hand has taken out.
    private let spentByteCount = Atomic(0)

    init(content: ByteStore, path: String, codec: Codec?, limits: PickleLimits) throws(ArtifactError) {
        var machine = unsafe PickleMachine(reader: PickleReader(content.bytes, path: path), limits: limits)
        rootIndex = try machine.runToEnd()
        self.path = path
        self.codec = codec
        self.limits = limits
        self.content = content
        pool = machine.arena.pool
        records = machine.arena.records
        children = machine.arena.children
        elementTypes = machine.arena.elementTypes
        arrays = machine.arena.arrays
        shapes = machine.arena.shapes
        arenaByteCount = machine.arena.byteCount
    }

    /// What the file holds: an estimator, or a bundle around one.
    package var root: PickleNode { PickleNode(document: self, index: rootIndex, place: .root) }

    /// How many values the file has; shared ones count once.
    package var nodeCount: Int { records.count }

    /// The bytes of memory that the graph takes beside the content.
    package let arenaByteCount: Int

    /// The size of the content after decompression.
    package var contentByteCount: Int { content.count }

    func bytes(_ range: PickleArena.Bytes) -> UnsafeRawBufferPointer {
        let all = unsafe range.inPool ? pool.bytes : content.bytes
        let start = Int(range.start)
        guard start + Int(range.count) <= all.count else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeRawBufferPointer(rebasing: all[start..<start + Int(range.count)])
    }

    // MARK: The budget of a conversion

    /// Bytes that looking at one value costs: a node and the way to it.
    static let lookByteCount = 64

    /// Bytes that a step of a pipeline has for each of its columns.
    static let stepByteCountPerColumn = 32

    /// A conversion begins: what was taken out before does not count any more.
    func beginConversion() {
        spentByteCount.store(0, ordering: .relaxed)
    }

    /// Takes `byteCount` from ``PickleLimits/conversionByteCountMax`` before they are copied out of the document.
    ///
    /// Values that the file shares cost their bytes each time they are taken, so that a small file cannot become a
    /// large model, nor keep a converter busy.
    func spend(_ byteCount: Int, at node: PickleNode) throws(ArtifactError) {
        let spent = spentByteCount.add(max(byteCount, 0), ordering: .relaxed).newValue
        guard spent <= limits.conversionByteCountMax else {
            throw node.error(
                "more than \(limits.conversionByteCountMax) bytes to take out of the file found", code: .overBudget,
                hint: "the file shares its parts so often that it grows without end: save the fitted model again, or "
                    + "raise conversionByteCountMax")
        }
    }
}
