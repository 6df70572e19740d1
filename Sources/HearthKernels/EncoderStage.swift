import HearthModel

/// An encoder ready to run: one entry per input column.
@safe
struct PreparedEncoder {
    /// The categories of one input column where they lie in the model's memory.
    @safe
    struct Column {
        /// In order of size, without NaN.
        let categories: UnsafePointer<Double>
        /// The code of each.
        let codes: UnsafePointer<Double>
        let categoryCount: Int
        let hasMissing: Bool
        let missingCode: Double
        /// Outputs of the column, and the first of them.
        let width: Int
        let firstOutput: Int
    }

    let columns: UnsafePointer<Column>
    let columnCount: Int
    let isOneHot: Bool
    let refusesUnknown: Bool
    let unknown: Double

    /// One row; returns the first column whose value is no category where such a row is refused, else -1.
    func apply(_ source: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>) -> Int {
        for index in 0..<columnCount {
            let column = unsafe columns + index
            let value = unsafe source[index]
            guard let code = unsafe Self.code(of: value, column) else {
                if refusesUnknown { return index }
                let width = unsafe column.pointee.width
                for output in 0..<width {
                    unsafe result[column.pointee.firstOutput &+ output] = output == width &- 1 ? unknown : 0
                }
                continue
            }
            if isOneHot {
                for output in unsafe 0..<column.pointee.width {
                    unsafe result[column.pointee.firstOutput &+ output] = 0
                }
                // A dropped category has the code -1.
                if code >= 0 { unsafe result[column.pointee.firstOutput &+ Int(code)] = 1 }
            } else {
                unsafe result[index] = code
            }
        }
        return -1
    }

    /// The code of a value by binary search; nil when it is no category.
    private static func code(of value: Double, _ column: UnsafePointer<Column>) -> Double? {
        if value.isNaN { return unsafe column.pointee.hasMissing ? column.pointee.missingCode : nil }
        let categories = unsafe column.pointee.categories
        var (low, high) = unsafe (0, column.pointee.categoryCount)
        while low < high {
            let middle = (low &+ high) / 2
            if unsafe categories[middle] < value { low = middle &+ 1 } else { high = middle }
        }
        guard unsafe low < column.pointee.categoryCount, unsafe categories[low] == value else { return nil }
        return unsafe column.pointee.codes[low]
    }
}
