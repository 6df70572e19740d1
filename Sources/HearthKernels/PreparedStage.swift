import HearthModel

/// A stage ready to run: its parameters where they lie in the model's memory.
@safe
enum PreparedStage {
    case impute(
        statistics: UnsafePointer<Double>, missing: UnsafePointer<Double>?, inputCount: Int,
        indicatorColumns: UnsafePointer<Int>, indicatorCount: Int)
    case subtractThenDivide(offset: UnsafePointer<Double>?, scale: UnsafePointer<Double>?, count: Int)
    case multiplyThenAdd(scale: UnsafePointer<Double>, offset: UnsafePointer<Double>, count: Int)
    case clip(lower: Double, upper: Double, count: Int)
    case markEqual(value: Float, count: Int)
    /// ``MixingKernel/multiply(_:columnCount:products:productCount:includesOne:hasRow:keptCount:to:)``.
    case multiply(PolynomialFeatures, products: UnsafePointer<Int>, productCount: Int, keptCount: Int)
    /// ``MixingKernel/project(_:_:parameters:to:)``.
    case project(ProjectionShape, parameters: UnsafePointer<Double>)
    case copyWithoutZeros(columns: UnsafePointer<Int>, columnCount: Int, count: Int)
    case columns(UnsafePointer<PreparedBranch>, count: Int)
    /// `sourceColumns`: column of the request that each input comes from.
    case encode(UnsafePointer<PreparedEncoder>, sourceColumns: UnsafePointer<Int>)
    /// Asks models.
    case estimates(UnsafePointer<EstimatesPlan>)

    /// One row through this stage; false, and `problem` set, when it is refused.
    ///
    /// `source`, `result` and `memory`, which stages within this one use, do not overlap.
    func apply(
        _ source: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>,
        memory: UnsafeMutablePointer<Double>, problem: inout StageProblem
    ) -> Bool {
        switch self {
        case .impute(let statistics, let missing, let inputCount, let indicatorColumns, let indicatorCount):
            var next = 0
            for column in 0..<inputCount where unsafe !statistics[column].isNaN {
                let value = unsafe source[column]
                unsafe result[next] = Self.isMissing(value, missing, column) ? statistics[column] : value
                next += 1
            }
            for index in 0..<indicatorCount {
                let column = unsafe indicatorColumns[index]
                unsafe result[next + index] = Self.isMissing(source[column], missing, column) ? 1 : 0
            }
        case .subtractThenDivide(let offset, let scale, let count):
            unsafe ColumnPairs.subtractThenDivide(source, offset, scale, count: count, to: result)
        case .multiplyThenAdd(let scale, let offset, let count):
            for column in 0..<count { unsafe result[column] = source[column] * scale[column] + offset[column] }
        case .clip(let lower, let upper, let count):
            // As numpy.clip: NaN passes.
            for column in 0..<count {
                let value = unsafe source[column]
                let raised = value.isNaN || value > lower ? value : lower
                unsafe result[column] = raised.isNaN || raised < upper ? raised : upper
            }
        case .markEqual(let missing, let count):
            for column in 0..<count {
                let value = unsafe source[column]
                unsafe result[column] = Float(value) == missing ? .nan : value
            }
        case .multiply(let features, let products, let productCount, let keptCount):
            unsafe MixingKernel.multiply(
                source, columnCount: features.inputCount, products: products, productCount: productCount,
                includesOne: features.includesOne, hasRow: features.degreeMax >= 1, keptCount: keptCount, to: result)
        case .project(let shape, let parameters):
            unsafe MixingKernel.project(source, shape, parameters: parameters, to: result)
        case .copyWithoutZeros(let columns, let columnCount, let count):
            unsafe result.update(from: source, count: count)
            for index in 0..<columnCount {
                let value = unsafe source[columns[index]]
                unsafe result[count + index] = value.magnitude <= MissingMarker.zeroMagnitude ? .nan : value
            }
        case .columns(let branches, let count):
            return unsafe PreparedBranch.apply(
                branches, count: count, source, to: result, memory: memory, problem: &problem)
        case .encode(let encoder, let sourceColumns):
            let column = unsafe encoder.pointee.apply(source, to: result)
            guard column >= 0 else { return true }
            unsafe problem = StageProblem(column: sourceColumns[column], kind: .unknownCategory(source[column]))
            return false
        case .estimates(let estimates):
            return unsafe EstimatesKernel.run(estimates, source, to: result, memory: memory, problem: &problem)
        }
        return true
    }

    @inline(__always)
    private static func isMissing(_ value: Double, _ missing: UnsafePointer<Double>?, _ column: Int) -> Bool {
        guard let missing = unsafe missing else { return value.isNaN }
        return unsafe value == missing[column]
    }
}
