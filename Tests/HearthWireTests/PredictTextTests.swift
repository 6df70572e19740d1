import HearthCore
import HearthTestSupport
import Testing

@testable import HearthWire

/// Texts of a request on their way into rows.
@Suite struct PredictTextTests {
    private static let table = TextTable(
        columnCount: 4, texts: [(0, ["", "a\u{308}", "red", "\u{E4}"]), (2, [])], unused: [3])
    private static let names = ["color", "age", "kind", "id"]

    /// The rows after the texts are replaced.
    private func rows(
        _ values: [Double], _ texts: [TextColumn], table: TextTable? = table
    ) -> Result<[Double], CallFailure> {
        let none = ByteView.empty
        let payload = unsafe values.withUnsafeBufferPointer { values in
            let count = unsafe PredictCodec.requestByteCount(
                modelName: none, modelVersion: none, columnCount: 4, values: values, outputs: ["predict"],
                textColumns: texts)
            return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
                guard let start = buffer.baseAddress else { return }
                unsafe PredictCodec.writeRequest(
                    modelName: none, modelVersion: none, columnCount: 4, values: values, outputs: ["predict"],
                    textColumns: texts, to: start)
                written = count
            }
        }
        return payload.withView { view in
            let arena = Arena()
            guard let request = PredictCodec.request(view, in: arena) else {
                return .failure(CallFailure(.internalError, "no request"))
            }
            #expect(request.outputCount == 1 && request.outputName(at: 0).equals("predict"))
            return Result { () throws(CallFailure) in
                try request.replaceTexts(table, columnCount: 4, columnNames: Self.names, in: arena)
                return unsafe Array(request.values)
            }
        }
    }

    private func failure(_ values: [Double], _ texts: [TextColumn], table: TextTable? = table) -> String? {
        guard case .failure(let failure) = rows(values, texts, table: table) else { return nil }
        #expect(failure.code == .invalidArgument)
        return failure.message
    }

    @Test func `positions in the request's texts become positions in the model's`() throws {
        let texts = [
            TextColumn(column: 0, texts: ["\u{E4}", "never seen", "red", "a\u{308}", ""]),
            TextColumn(column: 3, texts: ["x"]), TextColumn(column: 2, texts: ["y"]),
        ]
        let values = [
            0, 1, 0, 0, 1, 2, -1, 0, 2, .nan, .nan, 0, 3, 4, 0, 0, 4, 5, 0, 0, -1, 6, 0, 0, Double.nan, 7, 0, 0,
        ]
        let found = try rows(values, texts).get()
        let expected: [[Double]] = [
            [3, 1, -1, .nan], [-1, 2, -2, .nan], [2, .nan, .nan, .nan], [1, 4, -1, .nan], [0, 5, -1, .nan],
            [-2, 6, -1, .nan], [.nan, 7, -1, .nan],
        ]
        #expect(bits(found) == bits(expected.flatMap(\.self)))
    }

    @Test func `a column that is missing everywhere may be of either kind`() throws {
        let none = [TextColumn(column: 0, texts: []), TextColumn(column: 1, texts: [])]
        #expect(bits(try rows([-1, -1, .nan, 1], none).get()) == bits([-2, .nan, .nan, 1]))
    }

    @Test func `text for numbers and numbers for text are refused by column`() {
        let color = TextColumn(column: 0, texts: ["red"])
        #expect(failure([0, 1, .nan, 0], []) == "column 0 ('color') takes text; numbers were sent for it")
        #expect(
            failure([0, 0, .nan, 0], [color, TextColumn(column: 1, texts: ["x"])])
                == "column 1 ('age') takes numbers; text was sent for it")
        #expect(
            failure([0, 0, 0, 0], [color], table: nil) == "column 0 ('color') takes numbers; text was sent for it")
        #expect(failure([0, 0, .nan, 0], [color, color]) == "texts of column 0 found twice; one list is expected")
        #expect(
            failure([0, 0, .nan, 0], [TextColumn(column: 4, texts: [])])
                == "texts of column 4 found; the model has columns 0 to 3")
        for value in [1, 0.5, -3, 1e300, .infinity] {
            #expect(
                failure([0, 0, .nan, 0, value, 0, .nan, 0], [color])
                    == "row 1, column 0 ('color'): \(value) found, a position in the 1 texts sent for it expected, "
                    + "NaN or -1")
        }
    }

    @Test func `a table finds every text of a large vocabulary and nothing else`() {
        let texts = (0..<2000).map { "t\($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let table = TextTable(columnCount: 2, texts: [(1, texts)], unused: [])
        for (index, text) in texts.enumerated() {
            let bytes = Array(text.utf8)
            #expect(bytes.withView { table.code(of: $0, column: 1) } == Double(index))
            #expect(bytes.withView { table.code(of: $0, column: 0) } == TextTable.unknown)
        }
        for text in ["", "t", "t2000", "T1", "t1\u{0}", "u"] {
            #expect(Array(text.utf8).withView { table.code(of: $0, column: 1) } == TextTable.unknown)
        }
    }

    private func bits(_ values: [Double]) -> [UInt64] { values.map { $0.isNaN ? .max : $0.bitPattern } }
}
