import Glibc
import HearthKernels
import HearthModel

/// A model and rows, computed as often as a turn's time allows.
struct PredictTurn {
    let rowCount: Int
    private let model: ServableModel
    private let rows: [Double]
    private var outputs: [Double]
    private var scratch: [UInt64]

    init(_ model: ServableModel, rows: [Double]) throws {
        let columnCount = model.signature.columnCount
        guard !rows.isEmpty, rows.count % columnCount == 0 else {
            throw DataError("\(rows.count) values found, rows of \(columnCount) expected")
        }
        self.model = model
        self.rows = rows
        rowCount = rows.count / columnCount
        outputs = [Double](repeating: 0, count: rowCount * model.outputWidth)
        scratch = [UInt64](repeating: 0, count: model.scratchByteCount / 8 + 1)
    }

    /// All outputs of all rows, computed in one call.
    mutating func answers() throws -> [Double] {
        try pass(rowsPerCall: rowCount)
        return outputs
    }

    /// Nanoseconds of processor time a row, over passes through all rows that take `milliseconds` together, after one
    /// that is not counted.
    mutating func run(rowsPerCall: Int, milliseconds: Int) throws -> Double {
        try pass(rowsPerCall: rowsPerCall)
        let began = Self.processorNanoseconds()
        var passCount = 0
        var taken = 0
        repeat {
            try pass(rowsPerCall: rowsPerCall)
            passCount += 1
            taken = Self.processorNanoseconds() - began
        } while taken < milliseconds * 1_000_000
        return Double(taken) / Double(passCount * rowCount)
    }

    /// What the process has used of the processors: other programs on the machine do not count.
    private static func processorNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// All rows once, `rowsPerCall` at a time, each call with outputs of its own.
    private mutating func pass(rowsPerCall: Int) throws {
        let columnCount = model.signature.columnCount
        let width = model.outputWidth
        var problem: RowProblem?
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe outputs.withUnsafeMutableBufferPointer { outputs in
                unsafe scratch.withUnsafeMutableBytes { scratch in
                    guard let rows = rows.baseAddress, let outputs = outputs.baseAddress,
                        let scratch = scratch.baseAddress
                    else { return }
                    var first = 0
                    while first < rowCount && problem == nil {
                        problem = unsafe model.predict(
                            rows: rows + first * columnCount, rowCount: rowsPerCall, range: 0..<rowsPerCall,
                            outputs: outputs + first * width, scratch: scratch)
                        first += rowsPerCall
                    }
                }
            }
        }
        if let problem { throw DataError("the model refuses a row: \(problem)") }
    }
}
