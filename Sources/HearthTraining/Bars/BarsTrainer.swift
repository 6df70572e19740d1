import HearthArtifacts
import HearthMarket
import HearthModel

/// Learns a model from bars and measures it on the bars after them: no disk but the bars' file, no registry.
package struct BarsTrainer: Sendable {
    package var request: BarsTrainingRequest
    package var control: TrainingControl

    package init(_ request: BarsTrainingRequest, control: TrainingControl = TrainingControl()) {
        self.request = request
        self.control = control
    }

    /// Reads, computes, parts, fits, proves, and measures.
    ///
    /// Throws ``TrainingError``; `.stopped` when the control asks for it.
    package func train() throws(TrainingError) -> TrainedBarsModel {
        try request.check()
        try control.pass(TrainingProgress(.reading))
        let (bars, report) = try market { () throws(MarketError) in
            try BarFile.read(request.barsPath, timeframe: request.timeframe)
        }
        try control.pass(TrainingProgress(.features, total: bars.count))
        return try locating { () throws(TrainingError) in
            try train(
                BarSamples(bars: bars, schema: request.schema, label: request.label, neutral: request.neutral), report)
        }
    }

    private func train(_ samples: BarSamples, _ report: BarReport) throws(TrainingError) -> TrainedBarsModel {
        let classifier = request.classifier
        let split = try BarsSplit(
            request.windows, bars: samples.bars, labels: samples.labels, firstRow: samples.firstRow,
            usesValidation: classifier.usesValidation)
        let start = ContinuousClock.now
        let fitted = try ClassifierFitter(classifier).fit(
            samples.labelled(split.training),
            validation: split.validation.isEmpty ? nil : samples.labelled(split.validation),
            columnNames: request.schema.columnNames, control: control)
        let duration = start.duration(to: .now)
        try control.pass(TrainingProgress(.measuring))
        let scorer = try ModelScorer(fitted.definition)
        let rowCount = samples.features.rowCount
        let golden = try scorer.goldenVectors(
            of: samples.rows(Trainer.spread(Trainer.goldenRowCount, rowCount).map { samples.firstRow + $0 }))
        return TrainedBarsModel(
            fitted: fitted, sections: scorer.sections + [golden.encoded()], split: split,
            card: try card(samples, split), barReport: report,
            test: try BarsEvaluation(samples, split, scorer, request), duration: duration, bars: samples.bars)
    }

    private func card(_ samples: BarSamples, _ split: BarsSplit) throws(TrainingError) -> ModelCard {
        let seen = split.seen
        guard let first = seen.first, let last = seen.last else {
            throw TrainingError(.unusableData, "there are no rows to learn from")
        }
        let rows = samples.rows(seen)
        var ranges: [ClosedRange<Double>] = []
        for (index, name) in request.schema.columnNames.enumerated() {
            let values = rows.column(index).filter(\.isFinite)
            guard let low = values.min(), let high = values.max() else {
                throw TrainingError(.unusableData, "feature '\(name)' has no number in any training row")
            }
            ranges.append(low...high)
        }
        return ModelCard(
            symbol: request.symbol, timeframe: request.timeframe, schema: request.schema,
            decision: try request.decision(), label: request.label.json, firstTrained: samples.bars[first].closeTime,
            lastTrained: samples.bars[last].closeTime, ranges: ranges)
    }

    /// Puts the file's path into an error about its bars that knows none.
    private func locating<Value>(_ body: () throws(TrainingError) -> Value) throws(TrainingError) -> Value {
        do throws(TrainingError) {
            return try body()
        } catch {
            var located = error
            if located.path.isEmpty, located.code == .unusableData { located.path = request.barsPath }
            throw located
        }
    }
}
