import HearthModel

/// Learns a model from a file and measures it: no disk but the CSV file, no registry.
package struct Trainer: Sendable {
    package var request: TrainingRequest

    package init(_ request: TrainingRequest) {
        self.request = request
    }

    /// The most golden rows that are stored with a model.
    package static let goldenRowCount = 32

    /// Reads, parts, fits, packs, scores and measures.
    ///
    /// Throws ``TrainingError``.
    package func train() throws(TrainingError) -> TrainedModel {
        try request.check()
        let table = try Table(csv: request.dataPath, selection: request.selection)
        let dataset = try locating(request.dataPath) { () throws(TrainingError) in
            try Dataset(table, window: request.window)
        }
        try checkRange(of: dataset, table)
        return try locating(request.dataPath) { () throws(TrainingError) in
            try train(dataset, tableRowCount: table.rowCount)
        }
    }

    private func train(_ dataset: Dataset, tableRowCount: Int) throws(TrainingError) -> TrainedModel {
        let split = try request.split.indices(rowCount: dataset.rowCount, window: request.window)
        let labels = dataset.labels
        let training = split.training.filter { request.trainOn == .all || labels?[$0] != true }
        guard !training.isEmpty else {
            throw TrainingError(
                .unusableData, "no row is left to learn from: all \(split.training.count) training rows are anomalies",
                hint: "use --train-on all or hold fewer rows out")
        }
        let fitter = ModelFitter(
            algorithm: request.algorithm, acceptsMissing: dataset.rows.values.contains(where: \.isNaN))
        let start = ContinuousClock.now
        let definition = try fitter.fit(dataset.rows.rows(training), signature: dataset.signature)
        let duration = start.duration(to: .now)
        let scorer = try ModelScorer(definition)
        let golden = try scorer.goldenVectors(of: dataset.rows.rows(Self.spread(Self.goldenRowCount, dataset.rowCount)))
        let heldOutLabels = labels.map { labels in split.heldOut.map { labels[$0] } }
        var evaluation: Evaluation?
        if !split.heldOut.isEmpty {
            let scores = try scorer.scores(of: dataset.rows.rows(split.heldOut))
            evaluation = Evaluation(
                scores: scores.anomalyScores, flags: scores.flags, labels: heldOutLabels, eventTolerance: eventTolerance
            )
        }
        return TrainedModel(
            definition: definition, sections: scorer.sections + [golden.encoded()],
            rows: TrainedModel.RowCounts(
                table: tableRowCount, training: training.count, heldOut: split.heldOut.count,
                heldOutAnomalies: heldOutLabels.map { $0.count { $0 } }),
            evaluation: evaluation, trainingDuration: duration)
    }

    /// nil for rows drawn at random: they do not follow each other.
    private var eventTolerance: EventCounts.Tolerance? {
        guard request.split.order == .chronological else { return nil }
        return EventCounts.Tolerance(
            before: request.eventTolerance, after: request.eventTolerance + request.window - 1)
    }

    /// Trees see 32-bit floats: a value beyond them is refused here, where its line is known, training row or not.
    private func checkRange(of dataset: Dataset, _ table: Table) throws(TrainingError) {
        for (name, column) in zip(table.columnNames, table.columns) {
            for (row, value) in column.enumerated() where Float(value).isInfinite {
                guard case .isolationForest = request.algorithm else { return }
                throw TrainingError(
                    .badValue, path: request.dataPath, line: table.lines[row],
                    "the value \(value) in column '\(name)' is too large for a 32-bit float",
                    hint: "trees see 32-bit floats, as in scikit-learn; scale the column or leave it out")
            }
        }
    }

    /// At most `count` indices of 0..<`total`, evenly spread.
    static func spread(_ count: Int, _ total: Int) -> [Int] {
        let chosen = min(count, total)
        return (0..<chosen).map { $0 * total / chosen }
    }

    /// Puts the file's path into an error that knows none.
    private func locating<Value>(
        _ path: String, _ body: () throws(TrainingError) -> Value
    ) throws(TrainingError) -> Value {
        do throws(TrainingError) {
            return try body()
        } catch {
            var located = error
            if located.path.isEmpty, located.code == .unusableData { located.path = path }
            throw located
        }
    }
}
