import HearthModel

/// The door of a model: runs the stages over a row and refuses values that the library would refuse.
///
/// Pointers and numbers only; the memory belongs to ``StageProgram``.
@safe
struct RowPreparer {
    let columnCount: Int
    let stages: StepList
    /// Values that leave the last stage.
    let preparedCount: Int
    /// Column of the request that each of those comes from.
    let sourceColumns: UnsafePointer<Int>
    let acceptsMissing: Bool
    let acceptsInfinite: Bool

    /// Row `row` of `rows` after all stages: the row itself when there are none, else in the scratch.
    ///
    /// nil when a stage refuses it; then ``stageProblem(_:row:scratch:)`` tells why.
    @inline(__always)
    static func stagedRow(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, row: Int, scratch: UnsafeMutableRawPointer
    ) -> UnsafePointer<Double>? {
        let source = unsafe rows + row &* plan.pointee.preparer.columnCount
        return unsafe plan.pointee.preparer.stages.count == 0 ? source : runStages(plan, source, scratch)
    }

    /// Runs the stages, of which there must be some, over row `row` of `rows` and leaves the values at `result`; false
    /// when a stage refuses it.
    @inline(__always)
    static func stage(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, row: Int,
        to result: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
    ) -> Bool {
        unsafe runStages(plan, rows + row &* plan.pointee.preparer.columnCount, scratch, last: result) != nil
    }

    @inline(never)
    private static func runStages(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, _ scratch: UnsafeMutableRawPointer,
        last: UnsafeMutablePointer<Double>? = nil
    ) -> UnsafePointer<Double>? {
        let memory = unsafe (scratch + plan.pointee.layout.stagedOffset).assumingMemoryBound(to: Double.self)
        let problem = unsafe (scratch + plan.pointee.layout.problemOffset).assumingMemoryBound(to: StageProblem.self)
        return unsafe plan.pointee.preparer.stages.run(row, memory: memory, problem: &problem.pointee, last: last)
    }

    /// Why ``stagedRow(_:rows:row:scratch:)`` has refused row `row` of the request.
    @inline(never)
    static func stageProblem(
        _ plan: UnsafePointer<KernelPlan>, row: Int, scratch: UnsafeMutableRawPointer
    ) -> RowProblem {
        let found = unsafe (scratch + plan.pointee.layout.problemOffset).load(as: StageProblem.self)
        return RowProblem(row: row, column: found.column, kind: found.kind)
    }

    /// The problem with value `column` of a staged row, which a kernel cannot take.
    @inline(never)
    static func problem(
        _ plan: UnsafePointer<KernelPlan>, _ value: Double, column: Int, row: Int
    ) -> RowProblem {
        let kind: RowProblem.Kind = value.isNaN ? .missing : value.isInfinite ? .infinite : .tooLargeForFloat32
        return unsafe RowProblem(row: row, column: plan.pointee.preparer.sourceColumns[column], kind: kind)
    }

    /// The first value of a staged row that is not finite, for kernels that take none.
    @inline(__always)
    static func notFinite(
        _ plan: UnsafePointer<KernelPlan>, _ values: UnsafePointer<Double>, index: Int
    ) -> RowProblem? {
        for column in unsafe 0..<plan.pointee.preparer.preparedCount where unsafe !values[column].isFinite {
            return unsafe problem(plan, values[column], column: column, row: index)
        }
        return nil
    }

    /// Writes the keys of row `row`, `stride` apart, every one twice where splits send missing values both ways.
    @inline(__always)
    static func writeKeys<Writer: KeyWriter>(
        _: Writer.Type, _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, row: Int, index: Int,
        to keys: UnsafeMutablePointer<Writer.Key>, stride: Int, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        guard let values = unsafe stagedRow(plan, rows: rows, row: row, scratch: scratch) else {
            return unsafe stageProblem(plan, row: index &+ row, scratch: scratch)
        }
        let acceptsInfinite = unsafe plan.pointee.preparer.acceptsInfinite
        let twice = unsafe plan.pointee.splitsMissing
        for column in unsafe 0..<plan.pointee.preparer.preparedCount {
            let value = unsafe values[column]
            let left: Writer.Key
            let right: Writer.Key
            if let key = Writer.key(value, acceptsInfinite: acceptsInfinite) {
                left = key
                right = key
            } else if unsafe value.isNaN && plan.pointee.preparer.acceptsMissing {
                left = Writer.missingLeft
                right = Writer.missingRight
            } else {
                return unsafe problem(plan, value, column: column, row: index &+ row)
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
        return rounded.isFinite || acceptsInfinite && rounded.isInfinite ? SortableKey.of(rounded) : nil
    }
}

/// float64 keys of values that are rounded to float32 first, for wide nodes.
enum WidenedFloat32Keys: KeyWriter {
    static var missingLeft: UInt64 { SortableKey.missingLeft64 }
    static var missingRight: UInt64 { SortableKey.missingRight64 }

    @inline(__always)
    static func key(_ value: Double, acceptsInfinite: Bool) -> UInt64? {
        let rounded = Float(value)
        return rounded.isFinite || acceptsInfinite && rounded.isInfinite ? SortableKey.of(Double(rounded)) : nil
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
