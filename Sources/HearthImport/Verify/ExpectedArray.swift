import FoundationEssentials

/// One value of an array: a number (also a truth value, as 0 or 1), a text, or nothing.
package enum ArrayCell: Sendable, Equatable, CustomStringConvertible {
    case number(Double)
    case text(String)
    case none

    package var description: String {
        switch self {
        case .number(let value): "\(value)"
        case .text(let text): "'\(text)'"
        case .none: "nothing"
        }
    }

    /// Bit for bit; two NaN are equal, two zeros of different sign are not.
    package func isEqualBitForBit(_ other: ArrayCell) -> Bool {
        guard case .number(let left) = self, case .number(let right) = other else { return self == other }
        return left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
    }
}

/// An array with its shape, in C order.
package struct ExpectedArray: Sendable, Equatable {
    package var shape: [Int]
    package var cells: [ArrayCell]
    /// The numbers are single precision, so that a unit in the last place is one of that.
    package var isFloat32: Bool

    package init(shape: [Int], cells: [ArrayCell], isFloat32: Bool = false) {
        self.shape = shape
        self.cells = cells
        self.isFloat32 = isFloat32
    }

    /// Rows, the first dimension.
    package var rowCount: Int { shape.first ?? 0 }

    /// Values per row.
    package var width: Int { shape.dropFirst().reduce(1, *) }

    /// Reads an array of a case (`dtype`, `shape`, `b64` or `data`), or nested lists as `tolist()` gives them.
    ///
    /// - Parameter place: what it is, for messages.
    package init(_ tree: JSONTree, place: String) throws(VerifyError) {
        if case .list = tree {
            self = try Self.nested(tree, place: place)
            return
        }
        guard let dtype = tree["dtype"]?.text, let dimensions = tree["shape"]?.items else {
            throw VerifyError("\(place): an array with 'dtype' and 'shape', or a list of rows, expected")
        }
        var shape: [Int] = []
        var count = 1
        for dimension in dimensions {
            guard let size = dimension.integer, size >= 0 else {
                throw VerifyError("\(place): a dimension that is no size found")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { throw VerifyError("\(place): a shape of too many values found") }
            shape.append(size)
            count = product
        }
        let cells: [ArrayCell]
        // What is written as values may have its bytes beside them, for readers that round numbers of JSON.
        if let text = tree["b64"]?.text, dtype != "object" || tree["data"] == nil {
            cells = try Self.floats(text, dtype, place: place)
        } else if let items = tree["data"]?.items {
            var read: [ArrayCell] = []
            for item in items { read.append(try Self.cell(item, isText: dtype == "str", place: place)) }
            cells = read
        } else {
            throw VerifyError("\(place): neither 'b64' nor 'data' found")
        }
        guard cells.count == count else {
            throw VerifyError("\(place): \(cells.count) values found, \(count) of shape \(shape) expected")
        }
        self.init(shape: shape, cells: cells, isFloat32: dtype == "float32")
    }

    private static func nested(_ tree: JSONTree, place: String) throws(VerifyError) -> ExpectedArray {
        let rows = tree.items ?? []
        guard let first = rows.first?.items else {
            var cells: [ArrayCell] = []
            for row in rows { cells.append(try cell(row, isText: false, place: place)) }
            return ExpectedArray(shape: [rows.count], cells: cells)
        }
        var cells: [ArrayCell] = []
        for (index, row) in rows.enumerated() {
            guard let items = row.items, items.count == first.count else {
                throw VerifyError("\(place): row \(index) is no list of \(first.count) values, as the first is")
            }
            for item in items { cells.append(try cell(item, isText: false, place: place)) }
        }
        return ExpectedArray(shape: [rows.count, first.count], cells: cells)
    }

    private static func cell(_ item: JSONTree, isText: Bool, place: String) throws(VerifyError) -> ArrayCell {
        switch item {
        case .null: return .none
        case .bool(let value): return .number(value ? 1 : 0)
        case .number(let value): return .number(value)
        case .text(let text) where isText: return .text(text)
        case .text("NaN"): return .number(.nan)
        case .text("Infinity"): return .number(.infinity)
        case .text("-Infinity"): return .number(-.infinity)
        case .text(let text): return .text(text)
        case .list, .object: throw VerifyError("\(place): a list or object found where a value is expected")
        }
    }

    /// Little-endian IEEE numbers, base64.
    private static func floats(_ text: String, _ dtype: String, place: String) throws(VerifyError) -> [ArrayCell] {
        let size = ["float16": 2, "float32": 4, "float64": 8][dtype] ?? 0
        guard size > 0, let data = Data(base64Encoded: text), data.count % size == 0 else {
            throw VerifyError("\(place): 'b64' is no base64 of whole numbers of type \(dtype)")
        }
        let bytes = Array(data)
        return stride(from: 0, to: bytes.count, by: size).map { start in
            let bits = bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return switch size {
            case 2: .number(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))))
            case 4: .number(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
            default: .number(Double(bitPattern: bits))
            }
        }
    }
}
