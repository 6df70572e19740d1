package import HearthArtifacts
import HearthCore
package import HearthMarket

/// Learns a version once more from labels in random order: what a model comes to that cannot have learned anything.
///
/// The rows are those between the first and the last bar that the version learned from, with its own features; the
/// learner and its parameters are its own too. Only the labels are dealt out anew among the rows, so their shares stay
/// what they were, and nothing connects them with the features. Whatever such a model still earns comes from costs,
/// drift, the decision rule, or a mistake of the measuring; a model that is worth something does clearly better.
package struct ShuffledLabels: Sendable {
    package let card: ModelCard
    package let classifier: Classifier
    private let samples: BarSamples
    /// The rows that the labels are dealt out among, in order.
    private let training: [Int]
    private let validation: [Int]

    /// - Parameters:
    ///   - parameters: of the version, as the registry keeps them.
    ///   - bars: among them those that the version learned from.
    /// - Throws: ``TrainingError`` when the version is none that was learned from bars, or they are not there.
    package init(parameters: [String: JSONValue], bars: [Bar]) throws(TrainingError) {
        card = try market { () throws(MarketError) in try ModelCard(parameters: parameters) }
        classifier = try Classifier(parameters: parameters)
        let card = card
        let label = try market { () throws(MarketError) in try LabelConfiguration(json: card.label) }
        guard case .string(let text)? = parameters["neutral_rows"], let neutral = NeutralRows(rawValue: text) else {
            throw TrainingError(.badParameter, "the version's parameters have no usable 'neutral_rows'")
        }
        samples = try BarSamples(bars: bars, schema: card.schema, label: label, neutral: neutral)
        guard let first = bars.firstIndex(where: { $0.closeTime >= card.firstTrained }),
            bars[first].closeTime == card.firstTrained, first >= samples.firstRow,
            let last = bars.lastIndex(where: { $0.closeTime <= card.lastTrained }),
            bars[last].closeTime == card.lastTrained, first <= last
        else {
            throw TrainingError(
                .unusableData,
                "the bars that the version learned from, closing \(card.firstTrained.iso8601) to "
                    + "\(card.lastTrained.iso8601), are not all there with those that warm its features up",
                hint: "give the file that it was trained on, or a longer one")
        }
        let rows = (first...last).filter { [samples] row in samples.labels[row] != nil }
        var share = 0.0
        if classifier.usesValidation {
            guard let fraction = parameters["validation_fraction"]?.double, fraction > 0, fraction < 1 else {
                throw TrainingError(.badParameter, "the version's parameters have no usable 'validation_fraction'")
            }
            share = fraction
        }
        let count = rows.count - Int((share * Double(rows.count)).rounded(.up))
        training = Array(rows[..<count])
        validation = Array(rows[count...])
    }

    /// Learns with labels dealt out by `seed` and trades its decisions over the measured bars.
    ///
    /// - Parameter measured: among the bars that were given; bars without features are flat.
    /// - Throws: ``TrainingError``; `.stopped` when the control asks for it.
    package func run(
        seed: UInt64, measured: Range<Int>, costs: TradeCosts, control: TrainingControl = TrainingControl()
    ) throws(TrainingError) -> ShuffledOutcome {
        var generator = SplitMix64(seed: seed)
        let fitted = try ClassifierFitter(classifier).fit(
            dealt(training, &generator), validation: validation.isEmpty ? nil : dealt(validation, &generator),
            columnNames: card.schema.columnNames, control: control)
        let scorer = try ModelScorer(fitted.definition)
        let first = min(max(measured.lowerBound, samples.firstRow), measured.upperBound)
        let scored = first..<measured.upperBound
        let probabilities = scored.isEmpty ? [] : try scorer.probabilities(of: samples.rows(scored))
        let scores = [Double](repeating: .nan, count: first - measured.lowerBound) + probabilities
        let (card, bars) = (card, samples.bars)
        let backtest = try market { () throws(MarketError) in
            try Backtest(
                bars: bars[measured], scores: scores, rule: card.decision, costs: costs, timeframe: card.timeframe)
        }
        return ShuffledOutcome(seed: seed, measures: backtest.measures)
    }

    /// The rows with their labels in another order (Fisher and Yates).
    private func dealt(_ rows: [Int], _ generator: inout SplitMix64) -> LabelledRows {
        var labelled = samples.labelled(rows)
        for index in labelled.labels.indices.dropFirst().reversed() {
            labelled.labels.swapAt(index, generator.index(below: index + 1))
        }
        return labelled
    }
}
