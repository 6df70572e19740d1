import ArgumentParser
import HearthTraining

/// Which rows and columns are learned from: the same for every kind of model.
struct DataOptions: ParsableArguments {
    @Option(help: "The CSV file: a header, then one row per line. Empty, NA, NaN and null are missing values.")
    var data: String

    @Option(
        help: "The columns to learn from, separated by commas; all but label and time unless given.",
        transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    var columns: [String]?

    @Option(
        help:
            "The column that marks anomalies with 1, other rows with 0. It is not learned from, only measured against.")
    var label: String?

    @Option(help: "The column with the time (ISO 8601 or seconds since 1970). Rows are put in its order.")
    var time: String?

    @Option(help: "Points of the series per row: 3 learns from each point with the two before it.")
    var window = 1

    @Option(help: "The share of rows held out to measure the model; 0 learns from all.")
    var testFraction = 0.3

    @Option(help: "Which rows are held out: the last ones (chronological), or some drawn at random (random).")
    var split = SplitChoice.chronological

    @Option(help: "Learn from all rows, or only from those not labelled as anomalies (normal).")
    var trainOn = TrainingRequest.RowChoice.all

    @Option(help: "Points before and after a labelled event in which a flag still counts as found.")
    var eventTolerance = 0

    @Option(help: "What separates the fields: one character.")
    var delimiter = ","

    func selection() throws -> TableSelection {
        guard let byte = delimiter.utf8.first, delimiter.utf8.count == 1, byte != 0x22, byte != 0x0A, byte != 0x0D
        else {
            throw ValidationError("the delimiter is '\(delimiter)', expected one character such as , or ;")
        }
        return TableSelection(columns: columns, label: label, time: time, delimiter: byte)
    }
}

enum SplitChoice: String, ExpressibleByArgument, CaseIterable {
    case chronological, random

    func order(seed: UInt64) -> DataSplit.Order {
        switch self {
        case .chronological: .chronological
        case .random: .random(seed: seed)
        }
    }
}

extension TrainingRequest.RowChoice: ExpressibleByArgument {}
