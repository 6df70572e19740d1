import HearthKernels
import HearthModel
import Testing

@testable import HearthImport

/// Texts in columns that no transformer takes.
@Suite struct DroppedColumnTests {
    /// Column 0 and the second column of what columns 2 and 3 are go on; 1 is dropped, 2 is dropped further in.
    private func model() throws -> ServableModel {
        let inner = Stage.columns([ColumnBranch(columns: [1], stages: [])])
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: 4),
            stages: [
                .columns([ColumnBranch(columns: [0], stages: []), ColumnBranch(columns: [2, 3], stages: [inner])])
            ],
            estimator: .identity)
        return try ServableModel(PackedModel.pack(definition))
    }

    private func rows(_ cells: [ArrayCell]) -> ExpectedArray { ExpectedArray(shape: [1, 4], cells: cells) }

    @Test func `text in a dropped column is not looked at`() throws {
        let rows = rows([.number(1), .text("any"), .text("thing"), .number(4)])
        let answers = try model().answers(to: rows)
        #expect(answers.map(\.cells) == [[.number(1), .number(4)]])
        let expected = CorpusCase.Output(
            name: "transform", rounding: .exact,
            arrays: [ExpectedArray(shape: [1, 2], cells: [.number(1), .number(4)])])
        #expect(try ModelVerifier(model(), definition: nil, rows: rows).compare(expected).isExact)
    }

    @Test func `text in a column that is read is refused with its place`() throws {
        let error = #expect(throws: VerifyError.self) {
            try model().answers(to: rows([.number(1), .none, .none, .text("four")]))
        }
        #expect(error?.description == "inputs, row 0, column 3: 'four' found, a number expected")
    }
}
