package import HearthConfiguration
import HearthCore
import HearthMarket

extension BarsTrainingRequest {
    /// What a job of the schedule asks for; the version becomes a candidate (R138).
    ///
    /// Throws ``TrainingError`` for what the file's own checks cannot see, such as a preset that there is not.
    package init(_ job: ScheduleJob, in configuration: SystemConfiguration) throws(TrainingError) {
        guard let symbol = job.symbol, let timeframe = job.timeframe, let data = job.data else {
            throw TrainingError(.badParameter, "the job has no symbol, timeframe or data")
        }
        let training = configuration.training
        let values = try market { () throws(MarketError) in
            (
                timeframe: try Timeframe(timeframe), schema: try FeaturePreset(named: job.featurePreset).schema,
                costs: try TradeCosts(
                    feeBasisPoints: configuration.strategy.feeBasisPoints,
                    slippageBasisPoints: configuration.strategy.slippageBasisPoints)
            )
        }
        self.init(
            symbol: symbol, timeframe: values.timeframe, barsPath: data, schema: values.schema,
            label: LabelConfiguration(training.label),
            neutral: training.label.neutral == .negative ? .negative : .leftOut,
            classifier: Classifier(job.learner, training),
            windows: TrainingWindows(
                trainStart: job.trainStart, trainEnd: job.trainEnd, testStart: job.testStart, testEnd: job.testEnd,
                lookbackDays: job.lookbackDays, testFraction: job.testFraction,
                validationFraction: training.validationFraction, embargo: training.embargoBars),
            longThreshold: training.decision.long, shortThreshold: training.decision.short, costs: values.costs,
            status: .candidate)
        try check()
    }
}

extension LabelConfiguration {
    fileprivate init(_ settings: LabelSettings) {
        switch settings.kind {
        case .fixedHorizon:
            self = .fixedHorizon(horizon: settings.horizonBars, deadZone: .relative(settings.deadZone))
        case .tripleBarrier:
            self = .tripleBarrier(
                horizon: settings.horizonBars, upper: settings.upper, lower: settings.lower,
                volatilityWindow: settings.volatilityWindow)
        }
    }
}

extension Classifier {
    fileprivate init(_ learner: TrainingSection.Learner, _ training: TrainingSection) {
        let weight: ClassWeight = training.classWeight == .balanced ? .balanced : .none
        let seed = UInt64(training.seed)
        switch learner {
        case .gradientBoosting:
            let settings = training.gradientBoosting
            self = .gradientBoosting(
                BoostingParameters(
                    rounds: settings.estimators, learningRate: settings.learningRate, maxDepth: settings.maxDepth,
                    minChildWeight: settings.minChildWeight, rowShare: settings.subsample,
                    columnShare: settings.columnShare, lambda: settings.lambda, gamma: settings.gamma,
                    earlyStoppingRounds: settings.earlyStoppingRounds, classWeight: weight, seed: seed,
                    threadCount: training.threads))
        case .randomForest:
            let settings = training.randomForest
            self = .randomForest(
                ForestParameters(
                    treeCount: settings.estimators, maxDepth: settings.maxDepth,
                    minChildWeight: settings.minChildWeight, rowShare: settings.subsample,
                    columnShare: settings.columnShare, lambda: settings.lambda, classWeight: weight, seed: seed,
                    threadCount: training.threads))
        case .logisticRegression:
            let settings = training.logisticRegression
            self = .logisticRegression(
                LogisticParameters(
                    strength: settings.strength, maxIterations: settings.maxIterations,
                    tolerance: settings.tolerance, classWeight: weight))
        }
    }
}
