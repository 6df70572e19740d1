import HearthModel

extension SklearnConverter {
    mutating func imputer(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        let count = try source.columnCount()
        let node = try source.node.member("statistics_")
        let values = try statistics(node)
        guard values.count == count else {
            throw node.error("\(values.count) statistics for \(count) columns found, one each expected")
        }
        // From 1.8 on a constant drops columns without values too.
        let isKeptConstant = try source.text("strategy") == "constant" && source.version < SklearnVersion(1, 8)
        let keepsAll = try source.flag("keep_empty_features") || isKeptConstant
        guard !keepsAll || !values.contains(.dropped) else {
            throw source.refusal("a kept column whose statistic is NaN found, a number expected")
        }
        var codes: [Double] = []
        for (position, value) in values.enumerated() {
            switch value {
            case .dropped: codes.append(.nan)
            case .text(let text): codes.append(try code(of: text, position, node))
            case .number(let number):
                if let column = origin(of: position) { try texts.useNumber(column, node) }
                codes.append(number)
            }
        }
        let missing = try missingValues(source, of: values)
        var indicators: [Int] = []
        if try source.flag("add_indicator") {
            indicators = try indicatorColumns(source.node.member("indicator_"), count: count)
        }
        append(Imputer(statistics: codes, indicatorColumns: indicators, missing: missing), texts: values)
    }

    /// MissingIndicator: an imputer that keeps no column but its indicators.
    mutating func missingIndicator(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        let count = try source.columnCount()
        let indicators = try indicatorColumns(source.node, count: count)
        let marksAll = try source.text("features") == "all"
        guard try !source.flag("error_on_new", absent: true) || marksAll else {
            throw source.refusal(
                "error_on_new=True found, which refuses what other rows have",
                hint: "train it with error_on_new=False or features='all'")
        }
        let missing = try source.node.member("missing_values")
        guard missing.kind != .string, !missing.isNone, try missing.double().isNaN else {
            throw source.refusal("missing_values other than NaN found, NaN expected")
        }
        let none = [Statistic](repeating: .dropped, count: count)
        append(
            Imputer(statistics: [Double](repeating: .nan, count: count), indicatorColumns: indicators), texts: none)
    }

    private enum Statistic: Equatable {
        /// NaN.
        case dropped
        case number(Double)
        case text(String)
    }

    private mutating func append(_ imputer: Imputer, texts values: [Statistic]) {
        // A text that was missing or not is still a text of its column.
        let kept = values.indices.filter { !imputer.statistics[$0].isNaN }.map { position -> Int? in
            if case .text = values[position] { return origin(of: position) }
            return nil
        }
        stages.append(.impute(imputer))
        origins = kept + [Int?](repeating: nil, count: imputer.indicatorColumns.count)
        width = origins?.count
    }

    private func statistics(_ node: PickleNode) throws(ArtifactError) -> [Statistic] {
        let array = try node.array().requireShape([nil])
        var values: [Statistic] = []
        switch array.type.kind {
        case .object:
            for item in try array.nodes() {
                if let text = try? item.string() {
                    values.append(.text(text))
                } else if item.isNone {
                    throw item.error(
                        "None as a statistic found, a text or number expected", code: .unsupported,
                        hint: "train the imputer with another fill value")
                } else {
                    values.append(try statistic(item.double(), item))
                }
            }
        case .text: values = try array.strings().map { .text($0) }
        default: for number in try array.doubles() { values.append(try statistic(number, node)) }
        }
        return values
    }

    private func statistic(_ number: Double, _ node: PickleNode) throws(ArtifactError) -> Statistic {
        guard !number.isInfinite else { throw node.error("an infinite statistic found, a number expected") }
        return number.isNaN ? .dropped : .number(number)
    }

    /// What stands for a missing value in each column; nil for NaN.
    private func missingValues(
        _ source: SklearnEstimator, of values: [Statistic]
    ) throws(ArtifactError) -> [Double]? {
        let node = try source.node.member("missing_values")
        let text = try? node.string()
        if text == nil, !node.isNone {
            let number = try node.double()
            if number.isNaN { return nil }
            guard number.isFinite else { throw source.refusal("an infinite value as missing_values found") }
            guard values.allSatisfy({ if case .text = $0 { false } else { true } }) else {
                throw source.refusal("a number as missing_values of text found, text, None or NaN expected")
            }
            return [Double](repeating: number, count: values.count)
        }
        var missing: [Double] = []
        for (position, value) in values.enumerated() {
            guard case .text = value else {
                throw source.refusal("text or None as missing_values of numbers found, a number or NaN expected")
            }
            if let text {
                missing.append(try code(of: text, position, node))
            } else {
                missing.append(Vocabulary.none)
            }
        }
        return missing
    }

    /// The columns of a MissingIndicator.
    private func indicatorColumns(_ node: PickleNode, count: Int) throws(ArtifactError) -> [Int] {
        let list = try node.member("features_")
        var columns: [Int] = []
        for column in try list.integers() {
            guard column >= 0, column < Int64(count) else {
                throw list.error("column \(column) found, 0 to \(count - 1) expected")
            }
            columns.append(Int(column))
        }
        return columns
    }
}
