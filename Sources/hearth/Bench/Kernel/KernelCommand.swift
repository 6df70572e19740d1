import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel

struct KernelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel",
        abstract: "Measures a published model in this process: the fast kernel against a plain walk.",
        discussion: """
            No server is needed. Both compute the same rows, one at a time and in turns, on the same packed \
            nodes; their
            answers must be equal to the bit. Rows take each column's value from one of the rows that were stored \
            with the
            model.

            EXAMPLE
              hearth bench kernel --models-dir models isolation_forest_shuttle_20251112_120000_123_k7qd
            """)

    @Argument(help: "The model_id.")
    var version: String

    @Option(help: "The model directory.")
    var modelsDir: String

    @Option(help: "Rounds of 512 rows for each of the two.")
    var rounds = 200

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds must be above 0") }
    }

    func run() throws {
        let artifact = try ModelDirectory(modelsDir, access: .readOnly).open(ModelID(version)).artifact
        let model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        guard let golden = unsafe artifact.section(.golden) else {
            throw DataError("the version has no golden vectors")
        }
        let rows = unsafe KernelRows(try GoldenVectors(decoding: golden), count: 512)
        guard let plain = PlainWalk(model) else {
            throw DataError("'\(version)' is no tree ensemble with numeric splits: there is no plain walk of it")
        }
        var race = KernelRace(model: model, plain: plain, rows: rows)
        for _ in 0..<rounds { try race.runRound() }
        let report = race.report()
        guard report.isEqual else { throw DataError("the two kernels' answers differ") }
        let columns = "\(model.signature.columnCount) columns, work \(model.workPerRow) per row"
        print(
            json
                ? report.json.text
                : """
                \(version): \(columns), \(rounds) rounds of 512 single rows

                plain walk  \(report.plainNanoseconds) ns a row
                kernel      \(report.kernelNanoseconds) ns a row
                ratio       \(Figure.fixed(report.ratio, 2)) (medians; every answer equal to the bit)
                """)
    }
}

/// Single rows that look like the model's own, made before the clock runs.
struct KernelRows {
    let columnCount: Int
    let count: Int
    var values: [Double] = []

    init(_ golden: GoldenVectors, count: Int) {
        columnCount = golden.columnCount
        self.count = count
        var random = SplitMix64(seed: 1)
        for _ in 0..<count {
            for column in 0..<golden.columnCount {
                let row = Int.random(in: 0..<max(1, golden.rowCount), using: &random)
                values.append(golden.rows[row * golden.columnCount + column])
            }
        }
    }
}

/// The two walks over the same rows, in turns, so that what slows the machine slows both.
struct KernelRace {
    struct Report {
        var plainNanoseconds: UInt64
        var kernelNanoseconds: UInt64
        var isEqual: Bool

        var ratio: Double { Double(plainNanoseconds) / Double(max(1, kernelNanoseconds)) }

        var json: JSON {
            .object([
                ("plain_nanoseconds_per_row", .number(Double(plainNanoseconds))),
                ("kernel_nanoseconds_per_row", .number(Double(kernelNanoseconds))), ("ratio", .number(ratio)),
                ("equal", .bool(isEqual)),
            ])
        }
    }

    private let model: ServableModel
    private let plain: PlainWalk
    private let rows: KernelRows
    private var scratch: [UInt8]
    private var plainOutputs: [Double]
    private var kernelOutputs: [Double]
    private var plainTimes: [UInt64] = []
    private var kernelTimes: [UInt64] = []
    private var isEqual = true

    init(model: ServableModel, plain: PlainWalk, rows: KernelRows) {
        self.model = model
        self.plain = plain
        self.rows = rows
        scratch = [UInt8](repeating: 0, count: model.scratchByteCount)
        plainOutputs = [Double](repeating: 0, count: rows.count * model.outputWidth)
        kernelOutputs = plainOutputs
    }

    mutating func runRound() throws {
        let (model, plain) = (model, plain)
        unsafe plainTimes.append(
            try Self.time(rows, &plainOutputs, &scratch) {
                unsafe plain.predict(rows: $0, rowCount: 1, range: 0..<1, outputs: $1, scratch: $2)
            })
        unsafe kernelTimes.append(
            try Self.time(rows, &kernelOutputs, &scratch) {
                unsafe model.predict(rows: $0, rowCount: 1, range: 0..<1, outputs: $1, scratch: $2)
            })
        isEqual = isEqual && zip(plainOutputs, kernelOutputs).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    func report() -> Report {
        let perRow = { (times: [UInt64]) in times.sorted()[times.count / 2] / UInt64(rows.count) }
        return Report(plainNanoseconds: perRow(plainTimes), kernelNanoseconds: perRow(kernelTimes), isEqual: isEqual)
    }

    /// Nanoseconds for all rows, one call each.
    private static func time(
        _ rows: KernelRows, _ outputs: inout [Double], _ scratch: inout [UInt8],
        _ predict: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutableRawPointer) -> RowProblem?
    ) throws -> UInt64 {
        let width = outputs.count / rows.count
        var problem: RowProblem?
        let began = MonotonicTime.now()
        unsafe rows.values.withUnsafeBufferPointer { values in
            unsafe outputs.withUnsafeMutableBufferPointer { outputs in
                unsafe scratch.withUnsafeMutableBytes { scratch in
                    guard let first = values.baseAddress, let output = outputs.baseAddress,
                        let memory = scratch.baseAddress
                    else { return }
                    for row in 0..<rows.count where problem == nil {
                        problem = unsafe predict(first + row * rows.columnCount, output + row * width, memory)
                    }
                }
            }
        }
        if let problem { throw DataError("the model refuses a row: \(problem)") }
        return UInt64(MonotonicTime.now() - began)
    }
}
