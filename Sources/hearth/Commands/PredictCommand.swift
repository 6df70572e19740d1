import ArgumentParser
import HearthClient

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Scores rows with a model.",
        discussion: """
            EXAMPLES
              hearth predict --model isolation_forest.stok_seviye --row 41,3.5,0.2 --row 40,3.1,0.2
              hearth predict --model isolation_forest.shuttle --data shuttle.csv --limit 10
              hearth predict --version isolation_forest_shuttle_20251112_120000_123_k7qd --row 1,2,3 --json

            Without --columns the model's own column names are looked for in the file's header.
            """)

    /// Doubles in one call at most: about half of what a frame may hold.
    private static let valueCountMax = 250_000

    @OptionGroup var options: ClientOptions

    @Option(help: "The registered model.")
    var model = ""

    @Option(help: "A model_id instead of the production version.")
    var version = ""

    @Option(help: "One row: values with commas between them; give it again for more rows.")
    var row: [String] = []

    @Option(help: "A CSV file with a header line.")
    var data: String?

    @Option(help: "Columns of the file, in the model's order, with commas between them.")
    var columns: String?

    @Option(help: "Outputs wanted, with commas between them; all when not given.")
    var outputs = ""

    @Option(help: "Rows of the file at most.")
    var limit: Int?

    func validate() throws {
        guard !model.isEmpty || !version.isEmpty else { throw ValidationError("Give --model or --version.") }
        guard row.isEmpty != (data == nil) else { throw ValidationError("Give either --row or --data.") }
        guard (limit ?? 1) > 0 else { throw ValidationError("--limit must be above 0.") }
    }

    func run() throws {
        let client = options.client()
        let (rows, columnCount) = try rows(client)
        let names = outputs.split(separator: ",").map(String.init)
        let rowsPerCall = max(1, Self.valueCountMax / max(1, columnCount))
        var merged: Prediction?
        var first = 0
        repeat {
            let end = min(rows.count, first + rowsPerCall * columnCount)
            let part = try client.predict(
                model: model, rows: Array(rows[first..<end]), columns: columnCount, version: version, outputs: names)
            merged = try Self.merge(merged, part)
            first = end
        } while first < rows.count
        guard let prediction = merged else { return }
        print(options.json ? Self.json(prediction).text : Self.text(prediction))
    }

    private func rows(_ client: HearthClient) throws -> (values: [Double], columnCount: Int) {
        guard let data else {
            let rows = try row.map(Values.parse)
            let columnCount = rows.first?.count ?? 0
            guard rows.allSatisfy({ $0.count == columnCount }) else {
                throw ValidationError("The rows have different numbers of values.")
            }
            return (rows.flatMap { $0 }, columnCount)
        }
        let table = try CSVTable(path: data, rowCountMax: limit ?? .max)
        let names =
            try columns?.split(separator: ",").map(String.init) ?? client.get(model: model, version: version).columns
        guard !names.isEmpty else {
            throw DataError("the model has no column names; name the file's columns with --columns")
        }
        return (try table.values(of: names), names.count)
    }

    /// Adds the rows of `part` behind those before; they must come from the same version.
    private static func merge(_ before: Prediction?, _ part: Prediction) throws -> Prediction {
        guard var merged = before else { return part }
        guard merged.modelVersion == part.modelVersion, merged.outputs.count == part.outputs.count else {
            throw DataError("the model changed while the file was scored; run the command again, or give --version")
        }
        merged.rowCount += part.rowCount
        for index in merged.outputs.indices {
            merged.outputs[index].values += part.outputs[index].values
            merged.outputs[index].labels += part.outputs[index].labels
        }
        return merged
    }

    private static func text(_ prediction: Prediction) -> String {
        var headings = ["row"]
        for output in prediction.outputs {
            headings += output.width == 1 ? [output.name] : (0..<output.width).map { "\(output.name)[\($0)]" }
        }
        var table = TextTable(headings: headings)
        for row in 0..<prediction.rowCount {
            var cells = ["\(row)"]
            for output in prediction.outputs {
                for column in 0..<output.width {
                    let index = row * output.width + column
                    guard index < output.values.count else { continue }
                    cells.append(
                        index < output.labels.count ? output.labels[index] : Figure.short(output.values[index]))
                }
            }
            table.add(cells: cells)
        }
        return """
            \(prediction.modelName)  version \(prediction.modelVersion)  generation \(prediction.generation)  \
            source \(prediction.source.rawValue)

            \(table.text)
            """
    }

    private static func json(_ prediction: Prediction) -> JSON {
        .object([
            ("model_name", .text(prediction.modelName)), ("model_version", .text(prediction.modelVersion)),
            ("generation", .integer(prediction.generation)), ("source", .text(prediction.source.rawValue)),
            ("row_count", .integer(prediction.rowCount)),
            (
                "outputs",
                .array(
                    prediction.outputs.map { output in
                        .object(
                            [
                                ("name", .text(output.name)), ("width", .integer(output.width)),
                                ("values", .array(output.values.map(JSON.number))),
                            ] + (output.labels.isEmpty ? [] : [("labels", .array(output.labels.map(JSON.text)))]))
                    })
            ),
        ])
    }
}

/// Values on the command line.
enum Values {
    /// Reads `1,2.5,nan`.
    static func parse(_ text: String) throws -> [Double] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { cell in
            guard let value = CSVTable.number(cell) else {
                throw ValidationError("'\(cell)' in '\(text)' is no number; expected e.g. 41,3.5,0.2")
            }
            return value
        }
    }
}
