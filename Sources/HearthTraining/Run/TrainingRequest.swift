package import HearthCore
package import HearthRegistry

/// What is to be learned from what, and under which name it is published.
package struct TrainingRequest: Sendable {
    /// Which rows a model learns from.
    package enum RowChoice: String, Sendable, CaseIterable {
        /// All of them, anomalies included: what an unlabelled series would give.
        case all
        /// Those that are not labelled as anomalies.
        case normal
    }

    package var name: ModelName
    package var key: ModelKey
    package var algorithm: Algorithm
    /// The CSV file.
    package var dataPath: String
    package var selection: TableSelection
    /// Points of the series that one row is made of.
    package var window: Int
    package var split: DataSplit
    package var trainOn: RowChoice
    /// Points before and after a labelled event in which a flag still counts for it; after it, `window - 1` more,
    /// because so long the windows hold a point of it.
    package var eventTolerance: Int

    package init(
        name: ModelName, key: ModelKey, algorithm: Algorithm, dataPath: String,
        selection: TableSelection = TableSelection(), window: Int = 1, split: DataSplit = DataSplit(),
        trainOn: RowChoice = .all, eventTolerance: Int = 0
    ) {
        self.name = name
        self.key = key
        self.algorithm = algorithm
        self.dataPath = dataPath
        self.selection = selection
        self.window = window
        self.split = split
        self.trainOn = trainOn
        self.eventTolerance = eventTolerance
    }

    /// The parts of a model_id in the specifications' order: `{model_type}_{metric_type}` or
    /// `{symbol}_{timeframe}_{model_type}`.
    var modelIDParts: [String] {
        if let metricType = key.metricType { return [key.modelType, metricType] }
        return [key.symbol, key.timeframe, key.modelType].compactMap { $0 }
    }

    /// Throws ``TrainingError`` for parameters outside their range or that contradict each other.
    package func check() throws(TrainingError) {
        try algorithm.check()
        guard (0...1_000_000).contains(eventTolerance) else {
            throw TrainingError(.badParameter, "the event tolerance is \(eventTolerance), expected 0 or a few points")
        }
        guard trainOn == .all || selection.label != nil else {
            throw TrainingError(
                .badParameter, "only normal rows are to be learned from, but no label column says which they are",
                hint: "give --label, or --train-on all")
        }
    }
}
