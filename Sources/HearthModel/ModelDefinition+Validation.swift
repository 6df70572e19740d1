extension ModelDefinition {
    /// Checks that every shape fits the next and every number is one that can be computed with.
    ///
    /// What passes can be packed and served; nothing after this asks again.
    package func validate() throws(ModelError) {
        try checkNesting()
        try signature.validate()
        var width = signature.columnCount
        guard stages.count <= ModelLimits.stageCount else {
            throw .invalid("stages", "\(stages.count) found, at most \(ModelLimits.stageCount) expected")
        }
        for (index, stage) in stages.enumerated() {
            width = try stage.validate(inputCount: width, place: "stage \(index)")
        }
        switch estimator {
        case .treeEnsemble(let ensemble): try ensemble.validate(inputCount: width)
        case .linear(let model): try model.validate(inputCount: width)
        case .zScore(let model): try model.validate(inputCount: width)
        case .identity: try OutputShape.transform(width: width).validate(place: "transformer")
        case .combination(let combination): try combination.validate(inputCount: width)
        case .kernelMachine(let model): try model.validate(inputCount: width)
        case .localOutlierFactor(let model): try model.validate(inputCount: width)
        }
        if let threshold, !threshold.isFinite {
            throw .invalid("threshold", "\(threshold) found, a finite number expected")
        }
    }
}

extension InputSignature {
    func validate() throws(ModelError) {
        guard (1...ModelLimits.columnCount).contains(columnCount) else {
            throw .invalid("signature", "\(columnCount) columns found, 1 to \(ModelLimits.columnCount) expected")
        }
        guard columnNames.isEmpty || columnNames.count == columnCount else {
            throw .invalid(
                "signature", "\(columnNames.count) names for \(columnCount) columns found, one each expected")
        }
        for (index, name) in columnNames.enumerated() where name.utf8.count > ModelLimits.nameByteCount {
            throw .invalid("signature", "name of column \(index) has more than \(ModelLimits.nameByteCount) bytes")
        }
        guard window >= 1, columnCount % window == 0 else {
            throw .invalid("signature", "window \(window) found, a divisor of the \(columnCount) columns expected")
        }
        for (index, vocabulary) in vocabularies.enumerated() {
            guard index == 0 || vocabularies[index - 1].column < vocabulary.column else {
                throw .invalid("signature", "columns of text that are not in order, each once, found")
            }
            try vocabulary.validate(columnCount: columnCount)
        }
    }
}

extension Stage {
    /// Returns the number of columns that leave the stage.
    func validate(inputCount: Int, place: String, depth: Int = 0) throws(ModelError) -> Int {
        switch self {
        case .impute(let imputer): return try imputer.validate(inputCount: inputCount, place: place)
        case .scale(let scaler):
            try scaler.validate(inputCount: inputCount, place: place)
            return inputCount
        case .markMissing(let marker): return try marker.validate(inputCount: inputCount, place: place)
        case .columns(let branches):
            return try Self.validate(branches, inputCount: inputCount, place: place, depth: depth)
        case .encode(let encoder): return try encoder.validate(inputCount: inputCount, place: place)
        case .estimates(let estimates):
            guard depth == 0 else { throw .unsupported(place, "a stage that asks models within another stage found") }
            return try estimates.validate(inputCount: inputCount, place: place)
        case .polynomial(let features): return try features.validate(inputCount: inputCount, place: place)
        case .project(let projection): return try projection.validate(inputCount: inputCount, place: place)
        }
    }
}

extension Imputer {
    /// Columns that leave the imputer: those with a statistic, then the indicators.
    var outputCount: Int { statistics.count { !$0.isNaN } + indicatorColumns.count }

    fileprivate func validate(inputCount: Int, place: String) throws(ModelError) -> Int {
        guard statistics.count == inputCount else {
            throw .invalid(place, "\(statistics.count) statistics for \(inputCount) columns found, one each expected")
        }
        guard statistics.allSatisfy({ !$0.isInfinite }) else {
            throw .invalid(place, "an infinite statistic found, a number or NaN (a dropped column) expected")
        }
        if let missing, missing.count != inputCount || !missing.allSatisfy(\.isFinite) {
            throw .invalid(
                place, "\(missing.count) missing values for \(inputCount) columns found, one finite each expected")
        }
        guard indicatorColumns.allSatisfy({ (0..<inputCount).contains($0) }), indicatorColumns.count <= inputCount
        else {
            throw .invalid(place, "an indicator of a column that is not there found, 0 to \(inputCount - 1) expected")
        }
        guard (1...ModelLimits.columnCount).contains(outputCount) else {
            throw .invalid(place, "\(outputCount) columns leave the imputer, 1 to \(ModelLimits.columnCount) expected")
        }
        return outputCount
    }
}

extension Scaler {
    fileprivate func validate(inputCount: Int, place: String) throws(ModelError) {
        switch form {
        case .subtractThenDivide(let offset, let scale):
            try Self.check(offset, "offsets", inputCount, place)
            try Self.check(scale, "scales", inputCount, place)
            if let scale, scale.contains(0) {
                throw .invalid(
                    place, "a scale of 0 found, another number expected (scikit-learn stores 1 for a constant column)")
            }
        case .multiplyThenAdd(let scale, let offset, let clip):
            try Self.check(scale, "scales", inputCount, place)
            try Self.check(offset, "offsets", inputCount, place)
            if let clip, !clip.lowerBound.isFinite || !clip.upperBound.isFinite {
                throw .invalid(place, "clip range \(clip) found, finite bounds expected")
            }
        }
    }

    private static func check(
        _ values: [Double]?, _ name: String, _ count: Int, _ place: String
    ) throws(ModelError) {
        guard let values else { return }
        guard values.count == count else {
            throw .invalid(place, "\(values.count) \(name) for \(count) columns found, one each expected")
        }
        guard values.allSatisfy(\.isFinite) else { throw .invalid(place, "\(name) that are not finite found") }
    }
}

extension MissingMarker {
    /// Columns that leave the stage.
    func outputCount(inputCount: Int) -> Int {
        switch self {
        case .equal: inputCount
        case .nearZeroCopies(let columns): inputCount + columns.count
        }
    }

    func validate(inputCount: Int, place: String) throws(ModelError) -> Int {
        switch self {
        case .equal(let value):
            guard value.isFinite else { throw .invalid(place, "missing value \(value) found, a finite one expected") }
        case .nearZeroCopies(let columns):
            guard columns.count <= inputCount, columns.allSatisfy({ (0..<inputCount).contains($0) }) else {
                throw .invalid(place, "a copy of a column that is not there found, 0 to \(inputCount - 1) expected")
            }
        }
        let count = outputCount(inputCount: inputCount)
        guard (1...ModelLimits.columnCount).contains(count) else {
            throw .invalid(place, "\(count) columns leave the stage, 1 to \(ModelLimits.columnCount) expected")
        }
        return count
    }
}

extension LinearModel {
    fileprivate func validate(inputCount: Int) throws(ModelError) {
        let outputs = coefficients.count
        guard intercepts.count == outputs else {
            throw .invalid("linear model", "\(intercepts.count) intercepts for \(outputs) rows of coefficients found")
        }
        guard coefficients.allSatisfy({ $0.count == inputCount }) else {
            throw .invalid(
                "linear model", "a row of coefficients without one value for each of \(inputCount) columns found")
        }
        guard coefficients.allSatisfy({ $0.allSatisfy(\.isFinite) }), intercepts.allSatisfy(\.isFinite) else {
            throw .invalid("linear model", "a coefficient or intercept that is not finite found")
        }
        if accumulator == .float32 {
            let all = coefficients.joined()
            guard all.allSatisfy({ Float($0).isFinite }), intercepts.allSatisfy({ Float($0).isFinite }) else {
                throw .invalid("linear model", "a coefficient or intercept beyond float32 found")
            }
        }
        try outputShape.validate(place: "linear model")
    }

    /// How the decision values become outputs.
    var outputShape: OutputShape {
        OutputShape(
            family: .linear, outputCount: intercepts.count, link: link, task: task, classRule: classRule,
            accumulator: accumulator)
    }
}

extension ZScore {
    fileprivate func validate(inputCount: Int) throws(ModelError) {
        guard centers.count == inputCount, scales.count == inputCount else {
            throw .invalid(
                "z-score",
                "\(centers.count) centers and \(scales.count) scales for \(inputCount) columns found, one each expected"
            )
        }
        guard centers.allSatisfy(\.isFinite), scales.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw .invalid("z-score", "a center or scale that is not finite, or a negative scale, found")
        }
        guard threshold.isFinite else {
            throw .invalid("z-score", "threshold \(threshold) found, a finite number expected")
        }
    }
}
