import ArgumentParser
import HearthArtifacts
import HearthClient
import HearthCore
import HearthImport
import HearthModel

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Holds what a model answers against what its library answered.",
        discussion: """
            MODEL is a model file of any format, a version in the model directory (its model_id), or a model that a \
            hearthd serves (its name); a file goes first, then a version, then the server.

            EXAMPLES
              hearth verify model.pkl --against expected.json
              hearth verify isolation_forest_stok_seviye_20251112_120000_123_k7qd --against expected.json
              hearth verify isolation_forest.stok_seviye --served --against expected.json

            THE FILE, as Python writes it:
              outputs = {"predict": model.predict(X).tolist(), "predict_proba": model.predict_proba(X).tolist()}
              json.dump({"inputs": X.tolist(), "outputs": outputs}, open("expected.json", "w"))
            A case of a corpus (X, outputs, rounding) is taken as well. Numbers must be equal bit for bit; only sums \
            of linear models, which BLAS adds in an order of its own, have a bound. --tolerance allows more.

            EXIT STATUS: 0 equal, 1 not equal, or the model cannot be read or asked.
            """)

    @Argument(help: "A file, a model_id, or the name of a served model.")
    var model: String

    @Option(help: "A JSON file with inputs and the outputs that the library gave for them.")
    var against: String

    @Flag(help: "Ask the server, whatever files there are.")
    var served = false

    @Option(help: "With a served model: a model_id instead of the production version.")
    var version = ""

    @Option(help: "A difference of numbers that is allowed.")
    var tolerance = 0.0

    @OptionGroup var limit: FileLimitOptions
    @OptionGroup(title: "Where the models are") var place: ModelStoreOptions
    @OptionGroup(title: "The server") var options: ClientOptions

    func validate() throws {
        guard tolerance >= 0, tolerance.isFinite else { throw ValidationError("--tolerance must be 0 or above.") }
    }

    func run() throws {
        let expectation = try Expectation(path: against)
        let target = try VerifyTarget(
            model, version: version, isServed: served, limits: limit.limits, place: place, client: options.client())
        let verifier = try target.verifier(for: expectation.rows)
        let arrays = expectation.outputs.map { verifier.compare($0, tolerance: tolerance) }
        let isEqual = arrays.allSatisfy(\.isAccepted)
        if options.json {
            print(
                JSON.object([
                    ("model", .text(target.description)), ("rows", .integer(expectation.rows.rowCount)),
                    ("accepted", .bool(isEqual)), ("outputs", .array(arrays.map(\.json))),
                ]).text)
        } else {
            print("\(target.description), \(expectation.rows.rowCount) rows\n\n\(Self.text(arrays))")
        }
        if !isEqual { throw ExitCode.failure }
    }

    private static func text(_ arrays: [ArrayComparison]) -> String {
        var table = TextTable("OUTPUT", "VALUES", "EQUAL", "MAX DIFFERENCE", "ULP", "RULE", "RESULT")
        for array in arrays {
            table.add(
                array.output, "\(array.valueCount)", "\(array.equalCount)", array.differenceText, array.ulpText,
                array.rounding.rawValue, array.resultText)
        }
        let details = arrays.flatMap { array in array.mismatches.map { "\(array.output), \($0)" } }
        return ([table.text] + (details.isEmpty ? [] : [""]) + details).joined(separator: "\n")
    }
}

extension ArrayComparison {
    /// The largest difference, for a table.
    var differenceText: String { differenceMax.isInfinite ? "-" : differenceMax == 0 ? "0" : "\(differenceMax)" }

    /// Units in the last place, for a table.
    var ulpText: String { ulpMax == .max || differenceMax.isInfinite ? "-" : "\(ulpMax)" }

    /// What it comes to, in a word.
    var resultText: String {
        if isExact { return "equal" }
        if let exception { return "known exception (\(exception))" }
        return isAccepted ? "within bound" : "NOT EQUAL"
    }

    var json: JSON {
        .object([
            ("output", .text(output)), ("rounding", .text(rounding.rawValue)), ("values", .integer(valueCount)),
            ("equal", .integer(equalCount)),
            ("max_difference", differenceMax.isInfinite ? .null : .number(differenceMax)),
            ("max_ulp", ulpMax == .max ? .null : .integer(ulpMax)), ("exact", .bool(isExact)),
            ("accepted", .bool(isAccepted)), ("exception", exception.map(JSON.text) ?? .null),
            ("mismatch_count", .integer(mismatchCount)),
            (
                "mismatches",
                .array(
                    mismatches.map { mismatch in
                        .object([
                            ("row", .integer(mismatch.row)), ("column", .integer(mismatch.column)),
                            ("expected", .text("\(mismatch.expected)")), ("found", .text("\(mismatch.found)")),
                        ])
                    })
            ),
        ])
    }
}
