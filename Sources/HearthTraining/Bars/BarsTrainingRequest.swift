import HearthArtifacts
package import HearthCore
package import HearthMarket
package import HearthRegistry

/// What is to be learned from which bars, and how it is published (R143, R152).
package struct BarsTrainingRequest: Sendable {
    /// Such as `BTC/USDT`.
    package var symbol: String
    package var timeframe: Timeframe
    /// A file of bars, as ``BarFile`` reads them.
    package var barsPath: String
    /// Such as `FeaturePreset.basic.schema`.
    package var schema: FeatureSchema
    package var label: LabelConfiguration
    package var neutral: NeutralRows
    package var classifier: Classifier
    package var windows: TrainingWindows
    /// The probability of "up" from which on the live engine is long.
    package var longThreshold: Double
    /// The probability of "up" up to which it is short; nil for never.
    package var shortThreshold: Double?
    /// Assumed where the test window is traded over.
    package var costs: TradeCosts
    /// `success`, or `candidate` for a retraining that waits for its promotion (R138, R141).
    package var status: VersionStatus

    package init(
        symbol: String, timeframe: Timeframe, barsPath: String, schema: FeatureSchema, label: LabelConfiguration,
        neutral: NeutralRows = .negative, classifier: Classifier, windows: TrainingWindows = TrainingWindows(),
        longThreshold: Double = 0.5, shortThreshold: Double? = nil, costs: TradeCosts, status: VersionStatus = .success
    ) {
        self.symbol = symbol
        self.timeframe = timeframe
        self.barsPath = barsPath
        self.schema = schema
        self.label = label
        self.neutral = neutral
        self.classifier = classifier
        self.windows = windows
        self.longThreshold = longThreshold
        self.shortThreshold = shortThreshold
        self.costs = costs
        self.status = status
    }

    /// The registered model's key: `{model_type}`, symbol, timeframe.
    package var key: ModelKey {
        ModelKey(modelType: classifier.modelType, symbol: symbol, timeframe: timeframe.description)
    }

    /// `{model_type}.{symbol}.{timeframe}`.
    ///
    /// Throws ``TrainingError`` for a symbol that gives no name.
    package func name() throws(TrainingError) -> ModelName {
        do throws(NameError) {
            return try key.defaultName()
        } catch {
            throw TrainingError(.badParameter, error.description, hint: "choose a plainer symbol", cause: error)
        }
    }

    /// From the model's probability to a position: what the live engine is told.
    ///
    /// Throws ``TrainingError`` for thresholds that overlap or are no probabilities.
    package func decision() throws(TrainingError) -> DecisionRule {
        for (name, threshold) in [("long", longThreshold), ("short", shortThreshold ?? longThreshold)] {
            guard threshold >= 0, threshold <= 1 else {
                throw TrainingError(
                    .badParameter, "the threshold for \(name) is \(threshold), expected a probability from 0 to 1")
            }
        }
        return try market { () throws(MarketError) in
            try DecisionRule(output: "predict_proba", column: 1, long: longThreshold, short: shortThreshold)
        }
    }

    /// Throws ``TrainingError`` for parameters outside their range or that contradict each other.
    package func check() throws(TrainingError) {
        _ = try name()
        try classifier.check()
        try windows.check()
        _ = try decision()
        try market { () throws(MarketError) in
            try label.check()
            _ = try FeaturePipeline(schema)
        }
        switch status {
        case .success, .candidate: break
        case .failed, .production, .archived:
            throw TrainingError(
                .badParameter, "a new version cannot have the status \(status.rawValue)",
                hint: "train it with success or candidate, then promote it")
        }
    }

    /// What the version's parameters say of the request, beside the ``ModelCard``.
    var parameters: [String: JSONValue] {
        classifier.parameters.merging(windows.parameters) { own, _ in own }.merging([
            "neutral_rows": .string(neutral.rawValue)
        ]) { own, _ in own }
    }
}

/// Runs `body`; what is wrong with bars, features or labels becomes a ``TrainingError``.
func market<Value>(_ body: () throws(MarketError) -> Value) throws(TrainingError) -> Value {
    do throws(MarketError) {
        return try body()
    } catch {
        let code: TrainingError.Code =
            switch error.code {
            case .unreadable: .unreadableFile
            case .badData: .unusableData
            case .badParameter, .badCard: .badParameter
            }
        throw TrainingError(
            code, path: error.path, line: error.line, error.message, hint: error.hint, cause: error)
    }
}
