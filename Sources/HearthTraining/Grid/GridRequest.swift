import HearthMarket

/// Which combinations are tried on which bars: each is trained and measured once per fold of a walk forward.
package struct GridRequest: Sendable {
    /// Bars, features, labels, thresholds and costs; of its windows the fractions and the embargo alone. Its classifier
    /// has the parameters that the grid does not change.
    package var training: BarsTrainingRequest
    package var axes: [GridAxis]
    /// Tests that follow each other and end with the last bar.
    package var foldCount: Int
    /// Bars of each test.
    package var testBarCount: Int
    /// Bars before each test that may be learned from; nil for all.
    package var trainingBarCount: Int?
    /// Where the results are written.
    package var outputFolder: String

    package init(
        training: BarsTrainingRequest, axes: [GridAxis], foldCount: Int = 5, testBarCount: Int,
        trainingBarCount: Int? = nil, outputFolder: String
    ) {
        self.training = training
        self.axes = axes
        self.foldCount = foldCount
        self.testBarCount = testBarCount
        self.trainingBarCount = trainingBarCount
        self.outputFolder = outputFolder
    }

    /// Throws ``TrainingError`` for parameters outside their range or that contradict each other.
    package func check() throws(TrainingError) {
        try training.check()
        _ = try combinations()
        _ = try walkForward()
    }

    func combinations() throws(TrainingError) -> [ParameterGrid.Combination] {
        try ParameterGrid(base: training.classifier, axes: axes).combinations()
    }

    func walkForward() throws(TrainingError) -> WalkForward {
        try market { () throws(MarketError) in
            try WalkForward(
                foldCount: foldCount, testBarCount: testBarCount, embargo: training.windows.embargo,
                training: trainingBarCount.map { .rolling(barCount: $0) } ?? .expanding)
        }
    }
}
