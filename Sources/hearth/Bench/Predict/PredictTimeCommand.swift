import ArgumentParser
import Glibc
import HearthArtifacts
import HearthKernels
import HearthModel

struct PredictTimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Measures the estimator of a pickle or joblib file in this process, at the word of another program.",
        discussion: """
            Prints one line of JSON that says what the outputs are. Then each line on standard input asks for a number \
            of rows per call: the rows of the file are computed again and again, that many at a time, and the answer \
            is the nanoseconds of processor time that a row took. So a program that measures others takes turns with \
            this one.

            EXAMPLE
              printf '1\\n1024\\n' | hearth bench predict forest.pkl --rows rows.f64
            """)

    @Argument(help: "A file that pickle.dump or joblib.dump wrote.")
    var file: String

    @Option(help: "The rows: little-endian float64, one row after the other.")
    var rows: String

    @Option(help: "Write the outputs of all rows to this file: float64, one output after the other.")
    var answers: String?

    @Option(help: "How long one turn computes, in milliseconds.")
    var milliseconds = 30

    func validate() throws {
        guard milliseconds > 0 else { throw ValidationError("--milliseconds must be above 0") }
    }

    func run() throws {
        let document = try PickleFile.read(path: file, limits: PickleLimits(fileByteCountMax: 512 << 20))
        let model = try ServableModel(PackedModel.pack(SklearnConverter.model(document).definition))
        var turn = try PredictTurn(model, rows: FloatFile.read(rows))
        if let answers { try FloatFile.write(turn.answers(), to: answers) }
        let outputs = model.outputs.map { JSON.object([("name", .text($0.name)), ("width", .integer($0.width))]) }
        say(
            JSON.object([
                ("rows", .integer(turn.rowCount)), ("columns", .integer(model.signature.columnCount)),
                ("work", .integer(model.workPerRow)), ("outputs", .array(outputs)),
            ]).text)
        while let line = readLine() {
            guard let count = Int(line), count > 0, turn.rowCount % count == 0 else {
                throw DataError("'\(line)' found, a number of rows expected that divides \(turn.rowCount)")
            }
            say("\(try turn.run(rowsPerCall: count, milliseconds: milliseconds))")
        }
    }

    /// One line, at once: the other program waits for it.
    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
