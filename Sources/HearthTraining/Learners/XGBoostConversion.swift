import HearthArtifacts
package import HearthModel

/// From a file of libxgboost to the model that Hearth serves: by Hearth's own reader, and proved on rows.
package struct XGBoostConversion: Sendable {
    /// The bytes of `model.ubj`.
    private let file: [UInt8]

    package init(_ file: [UInt8]) {
        self.file = file
    }

    /// Rows on which both are compared, at most, of each part: evenly spread.
    package static let comparedRowCountMax = 20_000
    /// Of these, rows that are compared once more with a value left out.
    private static let gapRowCountMax = 1000

    /// Reads the file.
    ///
    /// - Parameter columnNames: those that it was trained with.
    /// - Throws: ``TrainingError`` with `.verificationFailed` for a file that is not read, or has other columns.
    package func definition(columnNames: [String]) throws(TrainingError) -> ModelDefinition {
        let definition: ModelDefinition
        do throws(ArtifactError) {
            definition = try BoosterConverter.model(xgboost: file, path: FittedClassifier.originalName).definition
        } catch {
            throw TrainingError(.verificationFailed, "libxgboost's model is not read: \(error)", cause: error)
        }
        guard definition.signature.columnNames == columnNames else {
            throw TrainingError(.verificationFailed, "libxgboost's model has other columns than it was trained with")
        }
        return definition
    }

    /// Compares what `definition` answers, by the kernel that serves it, with what libxgboost answers that has read the
    /// same file.
    ///
    /// - Throws: ``TrainingError`` with `.verificationFailed` unless all probabilities are equal bit for bit.
    package func check(
        _ definition: ModelDefinition, on parts: [RowMatrix], threadCount: Int = 1
    ) throws(TrainingError) {
        let scorer = try ModelScorer(definition)
        let booster = try XGBoostBooster.read(savedUBJ: file, threadCount: threadCount)
        for part in parts where part.rowCount > 0 {
            let rows = part.rows(Trainer.spread(Self.comparedRowCountMax, part.rowCount))
            try Self.compare(booster, scorer, rows)
            try Self.compare(booster, scorer, Self.withGaps(rows))
        }
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

    /// Rows in each of which one value is missing.
    private static func withGaps(_ rows: RowMatrix) -> RowMatrix {
        var gaps = rows.rows(Trainer.spread(gapRowCountMax, rows.rowCount))
        for row in 0..<gaps.rowCount { gaps[row, row % gaps.columnCount] = .nan }
        return gaps
    }
}
