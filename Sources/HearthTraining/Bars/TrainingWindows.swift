package import HearthArtifacts
package import HearthCore

/// Which bars are learned from and which are tested on (R152).
///
/// A bar lies in a window when it opens at or after the window's start and closes at or before its end. The test comes
/// after the training, always.
package struct TrainingWindows: Sendable, Equatable {
    /// nil begins with the first bar.
    package var trainStart: Timestamp?
    /// nil ends where the test begins.
    package var trainEnd: Timestamp?
    /// nil begins at ``trainEnd``, or else so that the test is the last ``testFraction`` of the bars.
    package var testStart: Timestamp?
    /// nil ends with the last bar.
    package var testEnd: Timestamp?
    /// Only bars of the last so many days before the end of the test are used at all; not together with
    /// ``trainStart``.
    package var lookbackDays: Int?
    /// The share of the bars that is tested on, where no time says it.
    package var testFraction: Double
    /// The last share of the training bars, on which early stopping looks.
    package var validationFraction: Double
    /// Bars left out before the test and before the validation, beside those whose label reaches into them.
    package var embargo: Int

    package init(
        trainStart: Timestamp? = nil, trainEnd: Timestamp? = nil, testStart: Timestamp? = nil,
        testEnd: Timestamp? = nil, lookbackDays: Int? = nil, testFraction: Double = 0.2,
        validationFraction: Double = 0.2, embargo: Int = 0
    ) {
        self.trainStart = trainStart
        self.trainEnd = trainEnd
        self.testStart = testStart
        self.testEnd = testEnd
        self.lookbackDays = lookbackDays
        self.testFraction = testFraction
        self.validationFraction = validationFraction
        self.embargo = embargo
    }

    /// The longest lookback: a century.
    package static let lookbackDaysMax = 36_525
    /// The longest embargo.
    package static let embargoMax = 10_000

    /// Throws ``TrainingError`` for what is outside its range or contradicts itself.
    package func check() throws(TrainingError) {
        if let lookbackDays {
            try ParameterCheck.whole("lookback_days", lookbackDays, in: 1...Self.lookbackDaysMax)
            guard trainStart == nil else {
                throw TrainingError(
                    .badParameter, "train_start and lookback_days both say where the training begins",
                    hint: "give one of them")
            }
        }
        for (name, fraction) in [("test fraction", testFraction), ("validation fraction", validationFraction)] {
            guard fraction > 0, fraction < 1 else {
                throw TrainingError(.badParameter, "the \(name) is \(fraction), expected more than 0 and less than 1")
            }
        }
        try ParameterCheck.whole("embargo", embargo, in: 0...Self.embargoMax)
        let times = [
            ("train_start", trainStart), ("train_end", trainEnd), ("test_start", testStart), ("test_end", testEnd),
        ]
        var last: (name: String, time: Timestamp)?
        for case (let name, let time?) in times {
            if let last, last.time > time || (last.time == time && last.name != "train_end") {
                throw TrainingError(
                    .badParameter, "\(name) is \(time.iso8601), which is not after \(last.name), \(last.time.iso8601)",
                    hint: "training comes before the test")
            }
            last = (name, time)
        }
    }

    /// What was asked for, for the version's parameters; ``BarsSplit`` adds what came of it.
    package var parameters: [String: JSONValue] {
        [
            "lookback_days": .of(lookbackDays), "test_fraction": .number(testFraction),
            "validation_fraction": .number(validationFraction), "embargo": .integer(Int64(embargo)),
        ]
    }
}
