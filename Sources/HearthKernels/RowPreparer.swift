import HearthModel

/// The door of a model: runs the stages over a row and refuses values that the library would refuse. Pointers and numbers only;
/// the memory belongs to ``ServableModel``.
@safe
struct RowPreparer {
    let columnCount: Int
    let stages: UnsafePointer<PreparedStage>
    let stageCount: Int
    /// Values that leave the last stage.
    let preparedCount: Int
    /// Column of the request that each of those comes from.
    let sourceColumns: UnsafePointer<Int>
    let acceptsMissing: Bool
    let acceptsInfinite: Bool

    /// The row after all stages: the row itself, or one of two buffers (each as wide as the widest row).
    @inline(__always)
    func stagedRow(
        _ row: UnsafePointer<Double>, buffers: UnsafeMutablePointer<Double>, bufferWidth: Int
    ) -> UnsafePointer<Double> {
        var source = unsafe row
        for index in 0..<stageCount {
            let result = unsafe buffers + (index & 1) * bufferWidth
            unsafe stages[index].apply(source, to: result)
            unsafe source = UnsafePointer(result)
        }
        return unsafe source
    }

    /// The first value of a row, as it came, that no stage takes. Without stages the estimator's own check sees it.
    @inline(__always)
    func infiniteInput(_ row: UnsafePointer<Double>, index: Int) -> RowProblem? {
        guard stageCount > 0 else { return nil }
        for column in 0..<columnCount where unsafe row[column].isInfinite {
            return RowProblem(row: index, column: column, kind: .infinite)
        }
        return nil
    }

    /// The problem with value `column` of a staged row, which a kernel cannot take. `asFloat32`: it is finite, but only as float64.
    @inline(never)
    func problem(_ value: Double, column: Int, row: Int) -> RowProblem {
        let kind: RowProblem.Kind = value.isNaN ? .missing : value.isInfinite ? .infinite : .tooLargeForFloat32
        return unsafe RowProblem(row: row, column: sourceColumns[column], kind: kind)
    }

    /// The first value of a staged row that is not finite, for kernels that take none.
    @inline(__always)
    func notFinite(_ row: UnsafePointer<Double>, index: Int) -> RowProblem? {
        for column in 0..<preparedCount where unsafe !row[column].isFinite {
            return unsafe problem(row[column], column: column, row: index)
        }
        return nil
    }
}

/// Turns a staged row into the sortable keys that nodes compare.
protocol KeyWriter {
    associatedtype Key: FixedWidthInteger & UnsignedInteger
    static var missingLeft: Key { get }
    static var missingRight: Key { get }

    /// The key of a value; nil when it is NaN or, where infinite values are refused, not finite (any more).
    static func key(_ value: Double, acceptsInfinite: Bool) -> Key?
}

/// float32 keys for small nodes.
enum Float32Keys: KeyWriter {
    static var missingLeft: UInt32 { SortableKey.missingLeft32 }
    static var missingRight: UInt32 { SortableKey.missingRight32 }

    @inline(__always)
    static func key(_ value: Double, acceptsInfinite: Bool) -> UInt32? {
        let rounded = Float(value)
        return rounded.isFinite ? SortableKey.of(rounded) : nil
    }
}

/// float64 keys of values that are rounded to float32 first, for wide nodes.
enum WidenedFloat32Keys: KeyWriter {
    static var missingLeft: UInt64 { SortableKey.missingLeft64 }
    static var missingRight: UInt64 { SortableKey.missingRight64 }

    @inline(__always)
    static func key(_ value: Double, acceptsInfinite: Bool) -> UInt64? {
        let rounded = Float(value)
        return rounded.isFinite ? SortableKey.of(Double(rounded)) : nil
    }
}

/// float64 keys for wide nodes.
enum Float64Keys: KeyWriter {
    static var missingLeft: UInt64 { SortableKey.missingLeft64 }
    static var missingRight: UInt64 { SortableKey.missingRight64 }

    @inline(__always)
    static func key(_ value: Double, acceptsInfinite: Bool) -> UInt64? {
        value.isFinite || acceptsInfinite && value.isInfinite ? SortableKey.of(value) : nil
    }
}

extension RowPreparer {
    /// Writes the keys of a staged row, `stride` apart, every one twice where splits send missing values both ways.
    @inline(__always)
    func writeKeys<Writer: KeyWriter>(
        _: Writer.Type, _ row: UnsafePointer<Double>, index: Int, twice: Bool,
        to keys: UnsafeMutablePointer<Writer.Key>, stride: Int
    ) -> RowProblem? {
        for column in 0..<preparedCount {
            let value = unsafe row[column]
            let left: Writer.Key
            var right: Writer.Key
            if let key = Writer.key(value, acceptsInfinite: acceptsInfinite) {
                left = key
                right = key
            } else if value.isNaN && acceptsMissing {
                left = Writer.missingLeft
                right = Writer.missingRight
            } else {
                return problem(value, column: column, row: index)
            }
            if twice {
                unsafe keys[2 &* column &* stride] = left
                unsafe keys[(2 &* column &+ 1) &* stride] = right
            } else {
                unsafe keys[column &* stride] = left
            }
        }
        return nil
    }
}
