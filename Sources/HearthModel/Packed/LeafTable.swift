/// The distinct leaf rows of all trees in the order in which they are met.
///
/// Isolation forests have a few hundred distinct path lengths and classifiers many pure leaves, so what the kernels
/// look up mostly fits the first-level cache.
///
/// A table of row numbers, searched from the place that a row's bits hash to. The hash has no secret: rows that were
/// chosen to meet at one place find it full after ``probeCountMax`` steps and are stored again instead, which costs
/// their bytes and no time.
struct LeafTable {
    private let width: Int
    /// Row number + 1 by place; 0 for a free one. Twice as many places as rows at least.
    private var places: [UInt32]
    private let shift: Int
    private var values: [Double] = []
    /// Rows so far.
    private(set) var count = 0

    private static let probeCountMax = 16
    /// So many rows are looked up; if seven of eight are new ones then, as in a regressor, no others are: looking
    /// would cost as much as all else.
    private static let trialCount = 8192
    private var lookUpCount = 0
    private var isDistinct = false

    /// A table for up to `leafCount` rows of `width` values.
    init(width: Int, leafCount: Int) {
        self.width = width
        var bits = 4
        while bits < 40, 1 << bits < 2 * leafCount { bits += 1 }
        places = [UInt32](repeating: 0, count: 1 << bits)
        shift = UInt64.bitWidth - bits
    }

    /// The numbers of the rows of a tree: each that of an equal one, to the bit, or a new one.
    mutating func rows(of leafValues: [Double]) -> [UInt32] {
        // Rows of one and two values, which are nearly all, have loops of their own in which the width is known.
        switch width {
        case 1: rows(of: leafValues, width: 1)
        case 2: rows(of: leafValues, width: 2)
        default: rows(of: leafValues, width: width)
        }
    }

    @inline(__always)
    private mutating func rows(of leafValues: [Double], width: Int) -> [UInt32] {
        let rowCount = leafValues.count / width
        return unsafe [UInt32](unsafeUninitializedCapacity: rowCount) { rows, initializedCount in
            unsafe leafValues.withUnsafeBufferPointer { leafValues in
                for row in 0..<rowCount {
                    let number = unsafe self.row(of: leafValues, from: row &* width, width: width)
                    unsafe rows.initializeElement(at: row, to: UInt32(truncatingIfNeeded: number))
                }
            }
            initializedCount = rowCount
        }
    }

    @inline(__always)
    private mutating func row(of leafValues: UnsafeBufferPointer<Double>, from start: Int, width: Int) -> Int {
        guard !isDistinct else { return unsafe append(leafValues, from: start) }
        var hash: UInt64 = 0
        for index in 0..<width {
            hash = unsafe (hash ^ leafValues[start &+ index].bitPattern) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash &>> 32
        }
        var place = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(shift))
        lookUpCount &+= 1
        if lookUpCount == Self.trialCount { isDistinct = count > Self.trialCount / 8 * 7 }
        for _ in 0..<Self.probeCountMax {
            let found = Int(places[place])
            if found == 0 {
                places[place] = UInt32(truncatingIfNeeded: count &+ 1)
                break
            }
            if unsafe isRow(found &- 1, leafValues, start, width: width) { return found &- 1 }
            place = (place &+ 1) & (places.count &- 1)
        }
        return unsafe append(leafValues, from: start)
    }

    private mutating func append(_ leafValues: UnsafeBufferPointer<Double>, from start: Int) -> Int {
        for index in start..<start + width { unsafe values.append(leafValues[index]) }
        count += 1
        return count - 1
    }

    @inline(__always)
    private func isRow(
        _ row: Int, _ leafValues: UnsafeBufferPointer<Double>, _ start: Int, width: Int
    ) -> Bool {
        for index in 0..<width
        where unsafe values[row &* width &+ index].bitPattern != leafValues[start &+ index].bitPattern {
            return false
        }
        return true
    }

    /// The rows, as leaves are added.
    func bytes(accumulator: TreeEnsemble.Number) -> [UInt8] {
        switch accumulator {
        case .float32: Self.bytes(of: values) { Float($0).bitPattern }
        case .float64: Self.bytes(of: values) { $0.bitPattern }
        }
    }

    private static func bytes<Word: FixedWidthInteger>(of values: [Double], word: (Double) -> Word) -> [UInt8] {
        let byteCount = values.count * MemoryLayout<Word>.size
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
            let words = unsafe UnsafeMutableRawBufferPointer(bytes).bindMemory(to: Word.self)
            for index in 0..<words.count { unsafe words[index] = word(values[index]).littleEndian }
            count = byteCount
        }
    }
}
