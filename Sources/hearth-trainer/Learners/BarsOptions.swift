import ArgumentParser
import HearthCore
import HearthMarket
import HearthRegistry
import HearthTraining

/// Which bars are learned from, what the features are, and what the model learns to foresee.
struct BarsOptions: ParsableArguments {
    @Option(
        help: """
            The bars: CSV with a header such as time,open,high,low,close,volume, or NDJSON. Lines that cannot be used \
            are passed over and counted; 'hearth-trainer bars check' says what is wrong with them.
            """)
    var data: String

    @Option(help: "What is traded, e.g. EURUSD or BTC/USDT: a part of the model's name.")
    var symbol: String

    @Option(help: "How long a bar lasts, e.g. 15m, 1h, 1d: a part of the model's name.")
    var timeframe: String

    @Option(
        help: ArgumentHelp(
            "The features, a preset by name: \(FeaturePreset.allCases.map(\.rawValue).joined(separator: ", ")).",
            discussion: "The live engine computes the same ones, by the same code, and refuses any others."))
    var features = FeaturePreset.basic.rawValue

    @Option(
        help: ArgumentHelp(
            "What 'up' means: fixed-horizon or triple-barrier.",
            discussion: """
                fixed-horizon: up when the price is more than --dead-zone above the next open after --horizon bars, \
                down when as far below, else neutral. triple-barrier: up or down by the first of two prices that is \
                touched within --horizon bars; --upper and --lower are multiples of the volatility.
                """))
    var label = LabelChoice.fixedHorizon

    @Option(help: "Bars that a label looks ahead. Rows whose label reaches into the test are not learned from.")
    var horizon = 4

    @Option(help: "fixed-horizon: how far the price must have moved, as a share: 0.001 is 0.1 %.")
    var deadZone = 0.0

    @Option(help: "triple-barrier: the distance of the upper price, in volatilities.")
    var upper = 2.0

    @Option(help: "triple-barrier: the distance of the lower price, in volatilities.")
    var lower = 2.0

    @Option(help: "triple-barrier: bars that the volatility is computed from.")
    var volatilityWindow = 20

    @Option(help: "Bars that went neither way count as not up (negative), or are not looked at (left-out).")
    var neutral = NeutralRows.negative

    func labelConfiguration() -> LabelConfiguration {
        switch label {
        case .fixedHorizon: .fixedHorizon(horizon: horizon, deadZone: .relative(deadZone))
        case .tripleBarrier:
            .tripleBarrier(horizon: horizon, upper: upper, lower: lower, volatilityWindow: volatilityWindow)
        }
    }
}

/// Which bars are learned from and which are tested on.
struct WindowOptions: ParsableArguments {
    @Option(help: "Learn from bars from this time on, e.g. 2024-01-01 or 2024-01-01T12:00:00Z.")
    var trainStart: String?

    @Option(help: "Learn from bars up to this time.")
    var trainEnd: String?

    @Option(help: "Test on bars from this time on; the last --test-fraction unless given.")
    var testStart: String?

    @Option(help: "Test on bars up to this time; all the rest unless given.")
    var testEnd: String?

    @Option(help: "Use only bars of the last so many days before the end of the test.")
    var lookbackDays: Int?

    @Option(help: "The share of the bars that is tested on, the last ones.")
    var testFraction = 0.2

    @Option(help: "The share of the training bars, the last ones, on which early stopping looks.")
    var validationFraction = 0.2

    @Option(help: "Bars left out before the test and before the validation.")
    var embargo = 0

    func windows() throws -> TrainingWindows {
        TrainingWindows(
            trainStart: try Self.time(trainStart, "--train-start"), trainEnd: try Self.time(trainEnd, "--train-end"),
            testStart: try Self.time(testStart, "--test-start"), testEnd: try Self.time(testEnd, "--test-end"),
            lookbackDays: lookbackDays, testFraction: testFraction, validationFraction: validationFraction,
            embargo: embargo)
    }

    private static func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = FieldTime.timestamp(ArraySlice(text.utf8)) else {
            throw ValidationError("\(option) is '\(text)', expected a time such as 2025-01-31 or 2025-01-31T12:00:00Z")
        }
        return time
    }
}

/// From the model's probability to a position.
struct DecisionOptions: ParsableArguments {
    @Option(help: "Long from this probability of 'up' on.")
    var long = 0.55

    @Option(help: "Short up to this probability of 'up'; never unless given.")
    var short: Double?

    @Option(help: "The status of the new version: success, or candidate for one that waits for its promotion.")
    var status = StatusChoice.success
}

enum LabelChoice: String, ExpressibleByArgument, CaseIterable {
    case fixedHorizon = "fixed-horizon"
    case tripleBarrier = "triple-barrier"
}

enum StatusChoice: String, ExpressibleByArgument, CaseIterable {
    case success, candidate

    var status: VersionStatus {
        switch self {
        case .success: .success
        case .candidate: .candidate
        }
    }
}

extension NeutralRows: ExpressibleByArgument {}
extension ClassWeight: ExpressibleByArgument {}
extension BoostingParameters.TreeMethod: ExpressibleByArgument {}
