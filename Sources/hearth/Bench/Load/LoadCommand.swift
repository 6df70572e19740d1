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
            let before = try FileLoad.peakByteCount()
            let first = try load.run()
            let peak = try FileLoad.peakByteCount() - before
            if let write, let imported = first.imported { try imported.write(to: write, named: file) }
            var loads: [FileLoad.Phases] = []
            for _ in 0..<rounds { loads.append(try load.run().phases) }
            let report = FileLoadReport(path: file, first: first.phases, loads: loads, peakByteCount: peak)
            print(json ? report.json.text : report.text)
        }
    }
}
