import HearthModel
import HearthTraining
import Testing

@Suite struct DatasetTests {
    private let table = Table(
        columnNames: ["a", "b"], columns: [[1, 2, 3, 4], [10, 20, 30, 40]], labels: [false, false, true, false])

    @Test func `without a window a row is a point`() throws {
        let dataset = try Dataset(table)
        #expect(dataset.rows.values == [1, 10, 2, 20, 3, 30, 4, 40])
        #expect(dataset.signature.columnNames == ["a", "b"])
        #expect(dataset.signature.window == 1)
        #expect(dataset.labels == [false, false, true, false])
        #expect(dataset.points == [0, 1, 2, 3])
    }

    @Test func `a window holds the last points, oldest first`() throws {
        let dataset = try Dataset(table, window: 3)
        #expect(dataset.rows.values == [1, 10, 2, 20, 3, 30, 2, 20, 3, 30, 4, 40])
        #expect(dataset.signature.columnCount == 6)
        #expect(dataset.signature.columnNames == ["a@-2", "b@-2", "a@-1", "b@-1", "a@0", "b@0"])
        #expect(dataset.signature.window == 3)
        #expect(dataset.labels == [true, false])
        #expect(dataset.points == [2, 3])
    }

    @Test func `a window that does not fit is refused`() {
        #expect(throws: TrainingError.self) { try Dataset(table, window: 5) }
        #expect(throws: TrainingError.self) { try Dataset(table, window: 0) }
        #expect(throws: TrainingError.self) { try Dataset(table, window: 3000) }
        #expect(throws: TrainingError.self) { try Dataset(table, window: Int.max) }
    }

    @Test func `a column with no value at all is refused by name`() {
        let table = Table(columnNames: ["a", "b"], columns: [[1, 2], [.nan, .nan]])
        let error = #expect(throws: TrainingError.self) { try Dataset(table) }
        #expect(error?.code == .unusableData)
        #expect(error?.message == "column 'b' has no value in any of its 2 rows")
    }

    @Test func `the last rows are held out of a series`() throws {
        let split = try DataSplit(heldOutFraction: 0.3).indices(rowCount: 10, window: 1)
        #expect(split.training == [0, 1, 2, 3, 4, 5, 6])
        #expect(split.heldOut == [7, 8, 9])
    }

    @Test func `a random split parts all rows and depends on the seed alone`() throws {
        let split = DataSplit(order: .random(seed: 5), heldOutFraction: 0.25)
        let first = try split.indices(rowCount: 101, window: 1)
        let second = try split.indices(rowCount: 101, window: 1)
        #expect(first == second)
        #expect(first.heldOut.count == 26)
        #expect((first.training + first.heldOut).sorted() == Array(0..<101))
        let other = try DataSplit(order: .random(seed: 6), heldOutFraction: 0.25).indices(rowCount: 101, window: 1)
        #expect(other != first)
    }

    @Test func `at least one row is left to learn from`() throws {
        let split = try DataSplit(heldOutFraction: 0.99).indices(rowCount: 2, window: 1)
        #expect(split.training == [0])
    }

    @Test(arguments: [-0.1, 1, 1.5, .nan]) func `a fraction outside its range is refused`(fraction: Double) {
        #expect(throws: TrainingError.self) { try DataSplit(heldOutFraction: fraction).indices(rowCount: 9, window: 1) }
    }

    @Test func `overlapping windows are not split at random`() {
        #expect(throws: TrainingError.self) {
            try DataSplit(order: .random(seed: 1)).indices(rowCount: 9, window: 2)
        }
    }
}
