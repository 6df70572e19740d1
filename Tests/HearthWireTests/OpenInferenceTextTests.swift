import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// BYTES tensors on their way into rows.
@Suite struct OpenInferenceTextTests {
    private static let table = TextTable(columnCount: 3, texts: [(0, ["blue", "red"]), (2, ["L", "S"])], unused: [])
    private static let names = ["color", "age", "size"]

    private func bytes(_ name: String, _ shape: [Int64], _ texts: [String], cut: Int = 0) -> InferBytes.Input {
        let raw = texts.flatMap { text in
            InferBytes.raw([UInt32(text.utf8.count).littleEndian]) + Array(text.utf8)
        }
        return InferBytes.Input(name: name, datatype: "BYTES", shape: shape, raw: Array(raw.dropLast(cut)))
    }

    private func rows(
        _ inputs: [InferBytes.Input], names: [String] = names, table: TextTable? = table
    ) -> Result<[Double], CallFailure> {
        let arena = Arena()
        return InferBytes.request(inputs: inputs).withView { payload in
            guard let request = InferCodec.request(payload, in: arena) else {
                return .failure(CallFailure(.internalError, "no request"))
            }
            let columns = InferColumns(
                modelName: ByteView("m"), count: table?.columnCount ?? 3, names: names, texts: table)
            return Result { () throws(CallFailure) in
                let rowCount = try request.rowCount(columns, in: arena)
                let values = unsafe try request.rows(rowCount, columns, in: arena)
                return unsafe Array(UnsafeBufferPointer(start: values, count: rowCount * columns.count))
            }
        }
    }

    private func failure(_ inputs: [InferBytes.Input], table: TextTable? = table) -> String {
        guard case .failure(let failure) = rows(inputs, table: table) else { return "" }
        #expect(failure.code == .invalidArgument)
        return failure.message
    }

    private let age = InferBytes.Input.raw("age", "FP64", [2], [40.5, 3])

    @Test func `columns by name, in any order`() throws {
        let inputs = [bytes("size", [2, 1], ["S", "XL"]), age, bytes("color", [2], ["", "blue"])]
        #expect(try rows(inputs).get() == [-1, 40.5, 1, 0, 3, -1])
    }

    @Test func `a column that nothing reads takes texts and numbers`() throws {
        let table = TextTable(columnCount: 3, texts: [], unused: [0, 2])
        let inputs = [bytes("size", [2, 1], ["S", "XL"]), age, bytes("color", [2], ["", "blue"])]
        #expect(try rows(inputs, table: table).get().map(\.description) == ["nan", "40.5", "nan", "nan", "3.0", "nan"])
        let size = InferBytes.Input.raw("size", "FP64", [2], [1.0, 2])
        #expect(
            try rows([size, age, bytes("color", [2], ["", "a"])], table: table).get().map(\.description) == [
                "nan", "40.5", "1.0", "nan", "3.0", "2.0",
            ])
    }

    @Test func `typed contents are the same`() throws {
        let typed = InferBytes.Input(
            name: "color", datatype: "BYTES", shape: [1],
            contents: InferBytes.field(8, Array("red".utf8)))
        let size = InferBytes.Input(
            name: "size", datatype: "BYTES", shape: [1], contents: InferBytes.field(8, Array("L".utf8)))
        let age = InferBytes.Input(
            name: "age", datatype: "FP64", shape: [1], contents: InferBytes.field(7, InferBytes.raw([1.5])))
        #expect(try rows([typed, age, size]).get() == [1, 1.5, 0])
    }

    @Test func `a matrix of texts beside one of numbers, or alone`() throws {
        let numbers = InferBytes.Input.raw("input", "FP32", [2, 1], [Float(40.5), 3])
        let texts = bytes("text", [2, 2], ["red", "S", "blue", "L"])
        #expect(try rows([numbers, texts], names: []).get() == [1, 40.5, 1, 0, 3, 0])
        #expect(try rows([texts, numbers]).get() == [1, 40.5, 1, 0, 3, 0])
        let all = TextTable(columnCount: 2, texts: [(0, ["blue", "red"]), (1, ["L", "S"])], unused: [])
        #expect(try rows([texts], names: [], table: all).get() == [1, 1, 0, 0])
    }

    @Test func `datatypes that are not the column's are refused by name`() {
        let color = bytes("color", [2], ["red", "red"])
        #expect(
            failure([color, age, .raw("size", "FP64", [2], [1.0, 2])])
                == "input 'size' has datatype FP64; column 2 ('size') of model 'm' takes text (BYTES)")
        #expect(
            failure([color, bytes("age", [2], ["1", "2"]), bytes("size", [2], ["S", "L"])])
                == "input 'age' has datatype BYTES; column 1 ('age') of model 'm' takes numbers")
        #expect(
            failure([.raw("input", "FP64", [1, 3], [1.0, 2, 3])])
                == "input 'input' has datatype FP64; column 0 ('color') of model 'm' takes text (BYTES)")
        #expect(failure([color], table: nil).contains("takes numbers: FP64"))
        #expect(
            failure([bytes("text", [2, 1], ["red", "red"]), .raw("input", "FP64", [2, 1], [1.0, 2])])
                == "input 'text' has 2 rows of 1; model 'm' takes 2 columns of text and 1 of numbers, with as many "
                + "rows in both")
    }

    @Test func `elements that are cut, or more than the shape says, are refused`() {
        for cut in [1, 3, 5, 8, 14] {
            #expect(
                failure([bytes("color", [2], ["red", "blue"], cut: cut), age, bytes("size", [2], ["S", "L"])])
                    .hasPrefix("input 'color' ends within element"))
        }
        #expect(
            failure([bytes("color", [2], ["red", "blue", "x"]), age, bytes("size", [2], ["S", "L"])])
                == "input 'color' has 5 bytes after its last element")
        let long = InferBytes.Input(name: "color", datatype: "BYTES", shape: [2], raw: [255, 255, 255, 255, 1])
        #expect(failure([long, age, bytes("size", [2], ["S", "L"])]).hasPrefix("input 'color' ends within element 0"))
    }
}
