import HearthModel

/// Part of a row through stages of its own, ready to run.
@safe
struct PreparedBranch {
    let columns: UnsafePointer<Int>
    let columnCount: Int
    let steps: StepList
    let outputCount: Int
}

/// Stages ready to run one after the other, and the memory that they take.
@safe
struct StepList {
    let steps: UnsafePointer<PreparedStep>
    let count: Int
    /// Values of the widest row between them.
    let widthMax: Int

    /// One row through all of them: returns where it lies then, or nil and sets `problem`.
    ///
    /// `memory` holds the doubles that ``StageProgram/memoryCount`` says: two rows, then what stages need within. With
    /// `last` the values that leave the last stage lie there.
    func run(
        _ row: UnsafePointer<Double>, memory: UnsafeMutablePointer<Double>, problem: inout StageProblem,
        last: UnsafeMutablePointer<Double>? = nil
    ) -> UnsafePointer<Double>? {
        var source = unsafe row
        for index in 0..<count {
            var result = unsafe memory + (index & 1) &* widthMax
            if let last = unsafe last, index &+ 1 == count { unsafe result = last }
            guard unsafe steps[index].accepts(source, &problem),
                unsafe steps[index].stage.apply(source, to: result, memory: memory + 2 &* widthMax, problem: &problem)
            else { return nil }
            unsafe source = UnsafePointer(result)
        }
        return unsafe source
    }
}

/// Why a stage refuses a row.
struct StageProblem: BitwiseCopyable {
    /// Column of the stage's input, until the step has said which one of the request that is.
    var column = 0
    var kind = RowProblem.Kind.missing
}

/// A stage with the check that its library makes of what goes in.
@safe
struct PreparedStep {
    enum Check: UInt8 {
        case none
        /// NaN is taken, infinite values are not.
        case notInfinite
        case finite
    }

    let stage: PreparedStage
    let check: Check
    let inputCount: Int
    /// Column of the request that each input comes from.
    let sourceColumns: UnsafePointer<Int>

    @inline(__always)
    func accepts(_ row: UnsafePointer<Double>, _ problem: inout StageProblem) -> Bool {
        if unsafe check == .none || ColumnPairs.sumIsFinite(row, count: inputCount) { return true }
        for column in 0..<inputCount {
            let value = unsafe row[column]
            if value.isFinite || value.isNaN && check == .notInfinite { continue }
            unsafe problem = StageProblem(
                column: sourceColumns[column], kind: value.isNaN ? .missing : .infinite)
            return false
        }
        return true
    }
}

extension PreparedBranch {
    /// Every branch over its columns of `source`; their outputs one after the other in `result`.
    static func apply(
        _ branches: UnsafePointer<PreparedBranch>, count: Int, _ source: UnsafePointer<Double>,
        to result: UnsafeMutablePointer<Double>, memory: UnsafeMutablePointer<Double>, problem: inout StageProblem
    ) -> Bool {
        var next = unsafe result
        for index in 0..<count {
            let branch = unsafe branches + index
            let columnCount = unsafe branch.pointee.columnCount
            if unsafe branch.pointee.steps.count == 0 {
                for column in 0..<columnCount { unsafe next[column] = source[branch.pointee.columns[column]] }
                unsafe next += columnCount
                continue
            }
            for column in 0..<columnCount { unsafe memory[column] = source[branch.pointee.columns[column]] }
            guard let row = unsafe branch.pointee.steps.run(memory, memory: memory + columnCount, problem: &problem)
            else { return false }
            unsafe next.update(from: row, count: branch.pointee.outputCount)
            unsafe next += branch.pointee.outputCount
        }
        return true
    }
}
