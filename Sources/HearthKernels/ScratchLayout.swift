import HearthModel

/// How a kernel divides its scratch memory, and how many rows it takes at a time.
///
/// Fixed per model: the largest call needs no more than the smallest.
struct ScratchLayout {
    /// Rows of a block: their keys stay in the first-level cache while tree after tree passes by.
    let blockRowCount: Int
    /// Memory of the stages.
    let stagedOffset: Int
    /// What a stage says of a row that it refuses.
    let problemOffset: Int
    /// Staged rows of a linear model.
    let tileOffset: Int
    let keysOffset: Int
    let sumsOffset: Int
    let rawOffset: Int
    let leafRowsOffset: Int
    /// What a combination, a kernel machine or neighbours work with.
    let workOffset: Int
    /// In all, with room for aligning the start to 64 bytes.
    let byteCount: Int

    static let blockRowCountMax = 256
    private static let keyByteCountMax = 16 * 1024
    private static let sumByteCountMax = 64 * 1024

    init(
        stagedCount: Int, keyByteCountPerRow: Int, outputCount: Int, tileCount: Int = 0, workByteCount: Int = 0,
        rowCountMax: Int = blockRowCountMax
    ) {
        let byKeys = Self.keyByteCountMax / max(keyByteCountPerRow, 1)
        let bySums = Self.sumByteCountMax / (8 * outputCount)
        let rows = max(8, min(rowCountMax, byKeys, bySums) / 8 * 8)
        blockRowCount = rows
        var end = 0
        func place(_ byteCount: Int) -> Int {
            defer { end += (byteCount + 63) / 64 * 64 }
            return end
        }
        stagedOffset = place(8 * stagedCount)
        problemOffset = place(MemoryLayout<StageProblem>.stride)
        tileOffset = place(8 * tileCount)
        keysOffset = place(rows * keyByteCountPerRow)
        sumsOffset = place(rows * outputCount * 8)
        rawOffset = place(rows * outputCount * 8)
        leafRowsOffset = place((rows + TreeWalk<SmallNodeWalk>.treeCountMax) * 4)
        workOffset = place(workByteCount)
        byteCount = end + 64
    }

    /// The first multiple of 64 bytes in the caller's memory.
    @inline(__always)
    static func aligned(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        unsafe scratch + (64 &- Int(bitPattern: scratch) & 63) & 63
    }
}
