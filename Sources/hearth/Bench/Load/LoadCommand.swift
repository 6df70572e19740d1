import ArgumentParser
import HearthArtifacts

struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Measures how long a model file takes to become a model that is ready to answer.",
        discussion: """
            No server is needed. A .hearth file is opened as the server opens it: read, digest, every structural \
            check, golden vectors. Any other file is imported: read, run, converted, packed, checked. The first load \
            of the process is not among the rounds; it is where the peak of memory is measured.

            --write keeps the imported model as a .hearth file with golden vectors of made-up rows.

            EXAMPLE
              hearth bench load --rounds 20 --write /tmp model.pkl && hearth bench load /tmp/model.hearth
            """)

    @Argument(help: "Files of scikit-learn, XGBoost, LightGBM or Hearth.")
    var files: [String]

    @Option(help: "Loads of each file, after a first one.")
    var rounds = 10

    @Option(help: "The most bytes of one file.")
    var fileBytes = ArtifactLimits().fileByteCountMax

    @Option(help: "A folder where imported models are written as NAME.hearth.")
    var write: String?

    @Flag(help: "Print a line of JSON for each file instead of text.")
    var json = false

    func validate() throws {
        guard rounds > 0, fileBytes > 0 else { throw ValidationError("--rounds and --file-bytes must be above 0") }
    }

    func run() throws {
        for file in files {
            let load = FileLoad(path: file, fileByteCountMax: fileBytes)
            let before = FileLoad.peakByteCount
            let first = try load.run()
            let peak = FileLoad.peakByteCount - before
            if let write, let imported = first.imported { try imported.write(to: write, named: file) }
            var loads: [FileLoad.Phases] = []
            for _ in 0..<rounds { loads.append(try load.run().phases) }
            let report = LoadReportOfFile(path: file, first: first.phases, loads: loads, peakByteCount: peak)
            print(json ? report.json.text : report.text)
        }
    }
}

/// What the loads of one file took.
struct LoadReportOfFile {
    let path: String
    let first: FileLoad.Phases
    let loads: [FileLoad.Phases]
    /// How far the peak of the process's memory rose with the first load.
    let peakByteCount: Int

    private func median(_ values: [Int64]) -> Double { Double(values.sorted()[values.count / 2]) }

    private var total: Double { median(loads.map(\.totalNanoseconds)) }

    private var phases: [(String, Double)] {
        first.named.indices.map { index in (first.named[index].0, median(loads.map { $0.named[index].1 })) }
    }

    var json: JSON {
        .object([
            ("file", .text(path)), ("nanoseconds", .array(loads.map { .integer($0.totalNanoseconds) })),
            ("first_nanoseconds", .integer(first.totalNanoseconds)), ("peak_bytes", .integer(peakByteCount)),
            ("phases", .object(phases.map { ($0.0, .number($0.1)) })),
        ])
    }

    var text: String {
        let parts = phases.map { "\($0.0) \(Figure.fixed($0.1 / 1e6, 3))" }.joined(separator: ", ")
        return """
            \(path): \(Figure.fixed(total / 1e6, 3)) ms (\(parts)); first load \
            \(Figure.fixed(Double(first.totalNanoseconds) / 1e6, 3)) ms, peak of memory \
            \(Figure.fixed(Double(peakByteCount) / 1e6, 1)) MB
            """
    }
}
