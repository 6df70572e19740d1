import HearthModel

/// Asks the members of an ``EstimatesPlan`` about one row, one after the other, in the scratch of the model around
/// them.
///
/// Cost per member: a call of its kernel with one row, some 50 ns beside its own work.
enum EstimatesKernel {
    /// Writes the answers, then the row if it passes, to `result`; or returns false and sets `problem`, with the column
    /// of the request.
    ///
    /// `memory` holds ``EstimatesProgram/memoryCount`` doubles.
    @inline(never)
    static func run(
        _ stage: UnsafePointer<EstimatesPlan>, _ row: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>,
        memory: UnsafeMutablePointer<Double>, problem: inout StageProblem
    ) -> Bool {
        let inputCount = unsafe stage.pointee.inputCount
        if unsafe stage.pointee.requiresFinite {
            for column in 0..<inputCount where unsafe !row[column].isFinite {
                unsafe problem = StageProblem(
                    column: stage.pointee.sourceColumns[column], kind: row[column].isNaN ? .missing : .infinite)
                return false
            }
        }
        let seen = unsafe memory
        let outputs = unsafe memory + stage.pointee.outputsOffset
        let memberScratch = unsafe ScratchLayout.aligned(
            UnsafeMutableRawPointer(memory + stage.pointee.scratchOffset))
        var next = unsafe result
        for index in unsafe 0..<stage.pointee.memberCount {
            let member = unsafe stage.pointee.members + index
            let source = unsafe select(member, row, into: seen)
            let found = unsafe Kernel.predict(
                member.pointee.plan, rows: source, rowCount: 1, range: 0..<1, outputs: outputs, scratch: memberScratch)
            if let found {
                unsafe problem = translated(found, member, stage)
                return false
            }
            for answer in unsafe 0..<member.pointee.answerCount {
                unsafe next = write(member.pointee.answers + answer, outputs, to: next)
            }
        }
        if unsafe stage.pointee.passesRow { unsafe next.update(from: row, count: inputCount) }
        return true
    }

    /// The row as the member sees it.
    @inline(__always)
    private static func select(
        _ member: UnsafePointer<EstimatesPlan.Member>, _ row: UnsafePointer<Double>,
        into seen: UnsafeMutablePointer<Double>
    ) -> UnsafePointer<Double> {
        let columnCount = unsafe member.pointee.columnCount
        let rounds = unsafe member.pointee.roundsToFloat32
        guard let columns = unsafe member.pointee.columns else {
            guard rounds else { return unsafe row }
            for column in 0..<columnCount { unsafe seen[column] = rounded(row[column]) }
            return unsafe UnsafePointer(seen)
        }
        for column in 0..<columnCount {
            let value = unsafe row[columns[column]]
            unsafe seen[column] = rounds ? rounded(value) : value
        }
        return unsafe UnsafePointer(seen)
    }

    /// A value as float32; one that is too large stays, for the member to refuse.
    @inline(__always)
    private static func rounded(_ value: Double) -> Double {
        let small = Float(value)
        return small.isFinite ? Double(small) : value
    }

    @inline(__always)
    private static func write(
        _ answer: UnsafePointer<EstimatesPlan.Answer>, _ outputs: UnsafePointer<Double>,
        to result: UnsafeMutablePointer<Double>
    ) -> UnsafeMutablePointer<Double> {
        let count = unsafe answer.pointee.count
        let values = unsafe outputs + answer.pointee.start
        if let classValues = unsafe answer.pointee.classValues {
            unsafe result[0] = classValues[Int(values[0])]
        } else if let places = unsafe answer.pointee.places {
            unsafe result.update(repeating: 0, count: answer.pointee.width)
            for index in 0..<count { unsafe result[places[index]] = values[index] }
        } else {
            unsafe result.update(from: values, count: count)
        }
        return unsafe result + answer.pointee.width
    }

    /// The problem of a member as one of the request's.
    private static func translated(
        _ problem: RowProblem, _ member: UnsafePointer<EstimatesPlan.Member>, _ stage: UnsafePointer<EstimatesPlan>
    ) -> StageProblem {
        var column = problem.column
        if let columns = unsafe member.pointee.columns { unsafe column = columns[column] }
        return unsafe StageProblem(column: stage.pointee.sourceColumns[column], kind: problem.kind)
    }
}
