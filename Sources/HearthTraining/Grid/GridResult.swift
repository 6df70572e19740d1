package import HearthArtifacts
import HearthMarket

/// One combination of a grid with what was measured in each fold.
package struct GridResult: Sendable, Equatable {
    /// From 1, in the order in which they were tried.
    package var number: Int
    /// One per axis.
    package var values: [Double]
    /// ``BarsEvaluation/metrics`` of each fold; empty when the combination failed.
    package var folds: [[String: JSONValue]]
    /// Why no model could be learned; nil when all folds have one.
    package var error: String?

    /// The measures of a row, by name.
    package static let measures = ["log_loss", "roc_auc", "accuracy", "f1", "cum_return", "sharpe"]

    /// The mean over the folds; nil unless every fold has it.
    package func mean(_ measure: String) -> Double? {
        let values = folds.compactMap { $0[measure]?.double }
        return values.isEmpty || values.count < folds.count ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The population deviation over the folds; nil unless every fold has it.
    package func deviation(_ measure: String) -> Double? {
        guard let mean = mean(measure) else { return nil }
        let squares = folds.compactMap { $0[measure]?.double }.map { ($0 - mean) * ($0 - mean) }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    /// The values as they are written: a whole number without a fraction.
    package var valueTexts: [String] {
        values.map { value in Int(exactly: value).map(String.init) ?? "\(value)" }
    }

    /// The names of a row's fields.
    static func header(_ axes: [GridAxis], foldCount: Int) -> [String] {
        var names = ["combination"] + axes.map(\.parameter)
        for measure in measures { names += ["mean_\(measure)", "std_\(measure)"] }
        for fold in 1...foldCount { names += measures.map { "fold_\(fold)_\($0)" } }
        return names + ["error"]
    }

    /// A row: what is unknown is empty.
    func fields(foldCount: Int) -> [String] {
        func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        var fields = ["\(number)"] + valueTexts
        for measure in Self.measures { fields += [text(mean(measure)), text(deviation(measure))] }
        for fold in 0..<foldCount {
            fields += Self.measures.map { folds.indices.contains(fold) ? text(folds[fold][$0]?.double) : "" }
        }
        return fields + [error ?? ""]
    }
}
