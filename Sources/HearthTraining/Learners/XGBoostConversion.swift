import HearthArtifacts
import HearthModel

/// From a file of libxgboost to the model that Hearth serves: by Hearth's own reader, and proved on rows.
struct XGBoostConversion {
    /// The bytes of `model.ubj`.
    let file: [UInt8]

    init(_ file: [UInt8]) {
        self.file = file
    }

    /// Rows on which both are compared, at most, of each part: evenly spread.
    static let comparedRowCountMax = 20_000

    /// Reads the file, and compares what the served model and libxgboost, having read the same file, answer to rows.
    ///
    /// - Parameters:
    ///   - columnNames: of the rows; the file must have the same.
    ///   - parts: rows to compare on; besides, the first of each part are compared with values left out.
    /// - Throws: ``TrainingError`` with `.verificationFailed` unless all probabilities are equal bit for bit.
    func definition(
        columnNames: [String], checkedOn parts: [RowMatrix], threadCount: Int
    ) throws(TrainingError) -> ModelDefinition {
        let definition: ModelDefinition
        do throws(ArtifactError) {
            definition = try BoosterConverter.model(xgboost: file, path: FittedClassifier.originalName).definition
        } catch {
            throw TrainingError(.verificationFailed, "libxgboost's model is not read: \(error)", cause: error)
        }
        guard definition.signature.columnNames == columnNames else {
            throw TrainingError(.verificationFailed, "libxgboost's model has other columns than it was trained with")
        }
        let scorer = try ModelScorer(definition)
        let booster = try XGBoostBooster.read(savedUBJ: file, threadCount: threadCount)
        for part in parts where part.rowCount > 0 {
            let rows = part.rows(Trainer.spread(Self.comparedRowCountMax, part.rowCount))
            try Self.compare(booster, scorer, rows)
            try Self.compare(booster, scorer, Self.withGaps(rows))
        }
        return definition
    }

    private static func compare(
        _ booster: borrowing XGBoostBooster, _ scorer: ModelScorer, _ rows: RowMatrix
    ) throws(TrainingError) {
        let expected = try booster.predictions(of: XGBoostMatrix.make(rows))
        let found = try scorer.probabilities(of: rows)
        for (row, (found, expected)) in zip(found, expected).enumerated()
        where found.bitPattern != Double(expected).bitPattern {
            throw TrainingError(
                .verificationFailed,
                "row \(row): the served model answers \(found), libxgboost \(Double(expected)); they must be equal",
                hint: "report this model")
        }
    }

    /// Up to 1000 rows, in each of which one value is missing.
    private static func withGaps(_ rows: RowMatrix) -> RowMatrix {
        var gaps = rows.rows(Trainer.spread(1000, rows.rowCount))
        for row in 0..<gaps.rowCount { gaps[row, row % gaps.columnCount] = .nan }
        return gaps
    }
}
