extension StageShape {
    /// The parameters must be what ``ModelDefinition/validate()`` lets through.
    ///
    /// - Parameter values: ``parameterCount`` of section `PARM`.
    func check(_ values: Slice<UnsafeBufferPointer<Double>>) throws(ModelError) {
        switch self {
        case .impute(let inputCount, let outputCount, let indicatorColumns, _):
            let statistics = unsafe values.prefix(inputCount)
            let kept = unsafe statistics.count { !$0.isNaN }
            guard unsafe statistics.allSatisfy({ !$0.isInfinite }), kept + indicatorColumns.count == outputCount else {
                throw .malformed(.parameters, "\(kept) columns with a statistic found, another number expected")
            }
            guard unsafe values.dropFirst(inputCount).allSatisfy(\.isFinite) else {
                throw .malformed(.parameters, "a missing value that is not finite found")
            }
        case .subtractThenDivide(let count, _, let hasScale):
            let scales = unsafe values.suffix(hasScale ? count : 0)
            guard unsafe values.allSatisfy(\.isFinite), unsafe !scales.contains(0) else {
                throw .malformed(.parameters, "an offset or scale that is not usable found")
            }
        case .markMissing, .polynomial: break
        case .project(let shape):
            let scales = unsafe values.suffix(shape.hasScale ? shape.outputCount : 0)
            guard unsafe values.allSatisfy(\.isFinite), unsafe !scales.contains(0) else {
                throw .malformed(.parameters, "a component, offset or scale that is not usable found")
            }
        case .multiplyThenAdd:
            guard unsafe values.allSatisfy(\.isFinite) else {
                throw .malformed(.parameters, "an offset or scale that is not finite found")
            }
        case .estimates:
            guard unsafe values.allSatisfy(\.isFinite) else {
                throw .malformed(.parameters, "a value of a class that is not finite found")
            }
        case .columns(_, let branches):
            var start = unsafe values.startIndex
            for stage in branches.lazy.flatMap(\.stages) {
                unsafe try stage.check(values[start..<start + stage.parameterCount])
                start += stage.parameterCount
            }
        case .encode(let shape):
            var start = unsafe values.startIndex
            for column in shape.columns {
                let end = start + 2 * column.categoryCount
                unsafe try shape.check(values[start..<end], of: column)
                start = end
            }
        }
    }
}

extension EncoderShape {
    /// Categories in order, then the codes, which name outputs that are there.
    fileprivate func check(
        _ values: Slice<UnsafeBufferPointer<Double>>, of column: Column
    ) throws(ModelError) {
        let categories = unsafe values.prefix(column.categoryCount)
        guard unsafe zip(categories, categories.dropFirst()).allSatisfy({ $0 < $1 }),
            unsafe categories.allSatisfy(\.isFinite)
        else {
            throw .malformed(.parameters, "categories that are not finite and in order found")
        }
        let codes = unsafe values.suffix(column.categoryCount)
        for index in unsafe codes.indices {
            let code = unsafe codes[index]
            guard let number = Int(exactly: code), isOneHot ? (-1..<column.width).contains(number) : number >= 0 else {
                throw .malformed(.parameters, "code \(code) of a category found, 0 to \(column.width - 1) expected")
            }
        }
    }
}
