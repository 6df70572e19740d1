import HearthCore
import Testing

@testable import HearthWire

/// From input tensors to rows: every datatype, both forms of contents, one matrix or a tensor per column.
struct OpenInferenceRowsTests {
    private typealias Input = InferBytes.Input

    /// The one row that `inputs` become.
    private static func row(_ input: Input, _ count: Int) throws -> [UInt64] {
        try InferBytes.rows(InferBytes.request(inputs: [input]), columns: count).get().values.map(\.bitPattern)
    }

    private static func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

    private static func failure(_ inputs: [Input], columns: Int = 2, names: [String] = []) -> CallFailure? {
        failure(InferBytes.request(inputs: inputs), columns: columns, names: names)
    }

    private static func failure(_ bytes: [UInt8], columns: Int = 2, names: [String] = []) -> CallFailure? {
        guard case .failure(let failure) = InferBytes.rows(bytes, columns: columns, names: names) else { return nil }
        return failure
    }

    // MARK: - Datatypes

    @Test func `raw elements of every numeric datatype become the same numbers`() throws {
        let doubles: [Double] = [0, -0.0, .nan, .infinity, .leastNonzeroMagnitude, 1e300]
        #expect(try Self.row(.raw("x", "FP64", [1, 6], doubles), 6) == Self.bits(doubles))
        let floats: [Float] = [0, -0.0, 1.1, -.infinity, .leastNonzeroMagnitude, 3e38]
        #expect(try Self.row(.raw("x", "FP32", [1, 6], floats), 6) == Self.bits(floats.map(Double.init)))
        #expect(try Self.row(.raw("x", "INT8", [1, 2], [Int8.min, .max]), 2) == Self.bits([-128, 127]))
        #expect(try Self.row(.raw("x", "INT16", [1, 2], [Int16.min, .max]), 2) == Self.bits([-32768, 32767]))
        #expect(
            try Self.row(.raw("x", "INT32", [1, 2], [Int32.min, .max]), 2)
                == Self.bits([-2_147_483_648, 2_147_483_647]))
        #expect(
            try Self.row(.raw("x", "INT64", [1, 2], [Int64.min, 1 << 53]), 2) == Self.bits([-0x1p63, 0x1p53]))
        #expect(try Self.row(.raw("x", "UINT8", [1, 2], [UInt8.min, .max]), 2) == Self.bits([0, 255]))
        #expect(try Self.row(.raw("x", "UINT16", [1, 2], [UInt16.min, .max]), 2) == Self.bits([0, 65535]))
        #expect(try Self.row(.raw("x", "UINT32", [1, 2], [UInt32.min, .max]), 2) == Self.bits([0, 4_294_967_295]))
        #expect(try Self.row(.raw("x", "UINT64", [1, 2], [UInt64.min, 1 << 63]), 2) == Self.bits([0, 0x1p63]))
        #expect(try Self.row(.raw("x", "BOOL", [1, 2], [UInt8(0), 1]), 2) == Self.bits([0, 1]))
    }

    @Test func `typed elements of every numeric datatype become the same numbers`() throws {
        func packed(_ numbers: [Int64]) -> [UInt8] { numbers.flatMap { InferBytes.varint(UInt64(bitPattern: $0)) } }
        let doubles: [Double] = [-0.0, .nan, 1e300]
        #expect(try Self.row(.typed("FP64", [1, 3], 7, InferBytes.raw(doubles)), 3) == Self.bits(doubles))
        let floats: [Float] = [-0.0, 1.1, 3e38]
        #expect(
            try Self.row(.typed("FP32", [3], 6, InferBytes.raw(floats)), 3) == Self.bits(floats.map(Double.init)))
        for (datatype, low, high) in [("INT8", -128, 127), ("INT16", -32768, 32767), ("INT32", -0x8000_0000, 5)] {
            #expect(
                try Self.row(.typed(datatype, [2], 2, packed([Int64(low), Int64(high)])), 2)
                    == Self.bits([Double(low), Double(high)]))
        }
        #expect(try Self.row(.typed("INT64", [2], 3, packed([.min, 1 << 53])), 2) == Self.bits([-0x1p63, 0x1p53]))
        for (datatype, high) in [("UINT8", 255), ("UINT16", 65535), ("UINT32", 0xFFFF_FFFF)] {
            #expect(
                try Self.row(.typed(datatype, [2], 4, packed([0, Int64(high)])), 2) == Self.bits([0, Double(high)]))
        }
        #expect(try Self.row(.typed("UINT64", [2], 5, packed([.min, 3])), 2) == Self.bits([0x1p63, 3]))
        #expect(try Self.row(.typed("BOOL", [2], 1, [1, 0]), 2) == Self.bits([1, 0]))
    }

    @Test func `a number that no double holds is refused and not rounded`() {
        let found: Int64 = 1 << 53 + 1
        #expect(
            Self.failure([.raw("x", "INT64", [1, 2], [1, found])])
                == CallFailure(
                    .invalidArgument,
                    "element 1 of input 'x' is 9007199254740993, which no 64-bit float holds exactly; send it as FP64, "
                        + "rounded as you see fit"))
        #expect(
            Self.failure([.raw("x", "UINT64", [2], [UInt64.max, 0])])?.message.contains("18446744073709551615") == true)
        #expect(
            Self.failure([.typed("INT64", [2], 3, [0] + InferBytes.varint(UInt64(found)))])?.message.hasPrefix(
                "element 1 of input 'x' is 9007199254740993") == true)
    }

    @Test func `a typed number outside its datatype is refused`() {
        #expect(
            Self.failure([.typed("INT8", [2], 2, [1] + InferBytes.varint(128))])
                == CallFailure(.invalidArgument, "element 1 of input 'x' is 128, outside the range of INT8"))
        #expect(
            Self.failure([.typed("UINT16", [2], 4, InferBytes.varint(65536) + [0])])?.message
                == "element 0 of input 'x' is 65536, outside the range of UINT16")
        #expect(
            Self.failure([.raw("x", "BOOL", [2], [UInt8(1), 2])])?.message
                == "element 1 of input 'x' is 2, a BOOL is 0 or 1")
    }

    @Test(arguments: ["FP16", "BF16", "BYTES", "", "fp64", "COMPLEX"])
    func `a datatype that is no number here is refused by name`(datatype: String) {
        #expect(
            Self.failure([.raw("x", datatype, [1, 2], [UInt16(0), 0])])
                == CallFailure(
                    .invalidArgument,
                    "input 'x' has datatype '\(datatype)'; model 'm' takes numbers: FP64, FP32, INT8 to INT64, UINT8 "
                        + "to UINT64 or BOOL"))
    }

    // MARK: - Shapes

    @Test func `a matrix has any name, and one row needs no second dimension`() throws {
        let values = [1.0, 2, 3, 4, 5, 6]
        let wide = InferBytes.request(inputs: [.raw("anything", "FP64", [3, 2], values)])
        #expect(try InferBytes.rows(wide, columns: 2).get() == .init(count: 3, values: values))
        let row = InferBytes.request(inputs: [.raw("", "FP64", [6], values)])
        #expect(try InferBytes.rows(row, columns: 6).get() == .init(count: 1, values: values))
        for shape in [[6], [6, 1]] as [[Int64]] {
            let column = InferBytes.request(inputs: [.raw("x", "FP64", shape, values)])
            #expect(try InferBytes.rows(column, columns: 1).get() == .init(count: 6, values: values))
        }
    }

    @Test(
        arguments: [
            ([Int64](), 1), ([3], 3), ([2, 3], 6), ([1, 2, 1], 2), ([1, 1, 2], 2), ([0, 2], 0), ([0], 0), ([2, 0], 0),
        ])
    func `a matrix of another shape is refused and told what is expected`(shape: [Int64], count: Int) {
        let input = Input.raw("x", "FP64", shape, [Double](repeating: 0, count: count))
        let text = "[\(shape.map(String.init).joined(separator: ", "))]"
        #expect(
            Self.failure([input])?.message
                == "input 'x' has shape \(text); model 'm' takes one input of shape [rows, 2] or [2], with at least "
                + "one row")
        #expect(
            Self.failure([input], names: ["a", "b"])?.message
                == "input 'x' has shape \(text); model 'm' takes one input of shape [rows, 2] or [2], with at least "
                + "one row, or one input of shape [rows] for each of its 2 columns (a, b)")
    }

    @Test(
        arguments: [[-1, 2], [2, -1], [.max, .max], [1 << 32, 1 << 32], [.min, 1], [0, -1], [.max, 2, .max, 2]]
            as [[Int64]])
    func `a hostile shape is refused`(shape: [Int64]) {
        let failure = Self.failure([.raw("x", "FP64", shape, [1.0, 2])])
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains("dimensions from 0 are expected") == true)
    }

    @Test func `a shape of too many bytes for its elements is refused before memory is taken`() {
        let failure = Self.failure([.raw("x", "FP64", [1 << 60, 2], [1.0, 2])])
        #expect(failure?.message.contains("takes more than any message has") == true)
        #expect(
            Self.failure([.raw("x", "FP32", [2, 2], [1.0, 2, 3])])?.message
                == "input 'x' has 24 bytes of raw_input_contents; shape [2, 2] of FP32 takes 16")
        #expect(
            Self.failure([.typed("FP64", [1, 2], 7, InferBytes.raw([1.0]))])?.message
                == "input 'x' has 1 elements in fp64_contents; shape [1, 2] takes 2")
        #expect(
            Self.failure([.typed("FP64", [1 << 40, 2], 7, InferBytes.raw([1.0]))])?.message
                == "input 'x' has 1 elements in fp64_contents; shape [1099511627776, 2] takes 2199023255552")
    }

    // MARK: - Named inputs

    private static let names = ["a", "b", "c"]

    private static func named(_ values: [(String, [Double])], shape: [Int64]? = nil) -> [Input] {
        values.map { .raw($0.0, "FP64", shape ?? [Int64($0.1.count)], $0.1) }
    }

    @Test func `one input per column fills the columns in any order and of any datatype`() throws {
        let expected = InferBytes.Rows(count: 2, values: [1, 3, 5, 2, 4, 6])
        let inputs = Self.named([("a", [1, 2]), ("b", [3, 4]), ("c", [5, 6])])
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let bytes = InferBytes.request(inputs: order.map { inputs[$0] }, rawFirst: true)
            #expect(try InferBytes.rows(bytes, columns: 3, names: Self.names).get() == expected)
        }
        let mixed = InferBytes.request(inputs: [
            .raw("c", "INT32", [2, 1], [Int32(5), 6]), .raw("a", "FP32", [2], [Float(1), 2]),
            .raw("b", "UINT8", [2, 1], [UInt8(3), 4]),
        ])
        #expect(try InferBytes.rows(mixed, columns: 3, names: Self.names).get() == expected)
        let typed = InferBytes.request(
            inputs: Self.names.enumerated().map { index, name in
                var input = Input.typed("UINT8", [2], 4, [UInt8(index * 2 + 1), UInt8(index * 2 + 2)])
                input.name = name
                return input
            })
        #expect(try InferBytes.rows(typed, columns: 3, names: Self.names).get() == expected)
    }

    @Test func `hundreds of columns are found in any order`() throws {
        let names = (0..<300).map { "column_\($0)" }
        let inputs = names.indices.reversed().map { Input.raw(names[$0], "FP64", [1], [Double($0)]) }
        let rows = try InferBytes.rows(InferBytes.request(inputs: inputs), columns: 300, names: names).get()
        #expect(rows == .init(count: 1, values: names.indices.map(Double.init)))
    }

    @Test func `named inputs that do not fit the columns are refused with the names`() {
        func message(_ inputs: [Input], names: [String] = Self.names) -> String? {
            Self.failure(inputs, columns: 3, names: names)?.message
        }
        let expected =
            "one input of shape [rows, 3] or [3], with at least one row, or one input of shape [rows] for each of its "
            + "3 columns (a, b, c)"
        let two = Self.named([("a", [1]), ("b", [2])])
        #expect(message(two) == "2 inputs found; model 'm' takes \(expected)")
        #expect(
            message(two + Self.named([("d", [1])])) == "input 'd' is no column; model 'm' takes \(expected)")
        #expect(
            message(two + Self.named([("a", [1])]))
                == "input 'a' is there twice; one input per column is expected")
        #expect(
            message(two + Self.named([("c", [1, 2])]))
                == "input 'c' has 2 rows and input 'a' has 1; the same number is expected in all inputs")
        #expect(
            message(two + [.raw("c", "FP64", [1, 1, 1], [1.0])])
                == "input 'c' has shape [1, 1, 1]; a column of its own has shape [rows] or [rows, 1], with at least "
                + "one row")
        #expect(
            message(Self.named([("a", []), ("b", []), ("c", [])]))?.hasPrefix("input 'a' has shape [0]; a column")
                == true)
        #expect(
            message(two, names: [])
                == "2 inputs found; model 'm' takes one input of shape [rows, 3] or [3], with at least one row")
        #expect(message([]) == "no inputs found; model 'm' takes \(expected)")
    }

    // MARK: - Contents

    @Test func `raw and typed elements are not mixed`() {
        var both = Input.raw("x", "FP64", [1, 2], [1.0, 2])
        both.contents = InferBytes.field(7, InferBytes.raw([1.0, 2]))
        #expect(
            Self.failure([both])?.message
                == "input 'x' has 'contents' in a request with raw_input_contents; send all elements in one of the two")
        #expect(
            Self.failure([.raw("x", "FP64", [2], [1.0, 2]), .typed("FP64", [2], 7, InferBytes.raw([1.0, 2]))])?.message
                == "1 raw_input_contents for 2 inputs found; one for each input is expected, or none and the elements "
                + "in 'contents'")
        #expect(
            Self.failure([.typed("FP64", [2], 6, InferBytes.raw([Float(1), 2]))])?.message
                == "input 'x' has elements in fp32_contents; those of FP64 belong in fp64_contents")
        #expect(
            Self.failure([Input(datatype: "FP64", shape: [2])])?.message
                == "input 'x' has 0 elements in fp64_contents; shape [2] takes 2")
    }

    @Test func `a classification is refused by name`() {
        let good = Input.raw("x", "FP64", [1, 2], [1.0, 2])
        let bytes = InferBytes.request(inputs: [good], outputs: [.init(name: "y", parameters: ["classification"])])
        #expect(Self.failure(bytes)?.code == .unimplemented)
        #expect(Self.failure(bytes)?.message.hasPrefix("output 'y' is wanted with 'classification'") == true)
    }
}
