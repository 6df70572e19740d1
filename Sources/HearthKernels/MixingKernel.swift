import HearthModel

/// Stages whose columns are made of several columns.
enum MixingKernel {
    /// The ones, the row, then the products; `products` are pairs of a place in the result and a column. When
    /// `keptCount` is less than all behind the ones, only the last so many stay.
    static func multiply(
        _ source: UnsafePointer<Double>, columnCount: Int, products: UnsafePointer<Int>, productCount: Int,
        includesOne: Bool, hasRow: Bool, keptCount: Int, to result: UnsafeMutablePointer<Double>
    ) {
        var next = 0
        if includesOne {
            unsafe result[0] = 1
            next = 1
        }
        let behindOnes = next
        if hasRow {
            unsafe (result + next).update(from: source, count: columnCount)
            next &+= columnCount
        }
        for index in 0..<productCount {
            unsafe result[next] = result[products[2 &* index]] * source[products[2 &* index &+ 1]]
            next &+= 1
        }
        let dropped = next &- behindOnes &- keptCount
        if dropped > 0 {
            for index in 0..<keptCount { unsafe result[behindOnes &+ index] = result[behindOnes &+ dropped &+ index] }
        }
    }

    /// The components of a row.
    static func project(
        _ source: UnsafePointer<Double>, _ shape: ProjectionShape, parameters: UnsafePointer<Double>,
        to result: UnsafeMutablePointer<Double>
    ) {
        let (inputCount, outputCount) = (shape.inputCount, shape.outputCount)
        let offsets = unsafe parameters + inputCount &* outputCount
        let scales = unsafe offsets + shape.offsetCount
        for output in 0..<outputCount {
            let component = unsafe parameters + output &* inputCount
            var value: Double
            if shape.offset == .before {
                value = 0
                for column in 0..<inputCount {
                    unsafe value.addProduct(source[column] - offsets[column], component[column])
                }
            } else {
                value = unsafe FusedSum.sequential(source, component, count: inputCount)
            }
            if shape.offset == .after { unsafe value -= offsets[output] }
            if shape.hasScale { unsafe value /= scales[output] }
            unsafe result[output] = value
        }
    }
}
