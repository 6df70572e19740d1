import HearthClient
import HearthCore
import HearthModel
import HearthTestSupport
import HearthWire
import Testing

/// A model that takes text, from the client to the kernel and back.
@Suite struct PredictCellTests {
    /// Column 0 is text, one-hot; column 1 is a number; column 2 is not read.
    private static let definition = ModelDefinition(
        signature: InputSignature(
            columnCount: 3, columnNames: ["color", "age", "note"],
            vocabularies: [Vocabulary(column: 0, texts: ["blue", "red"])]),
        stages: [
            .columns([
                ColumnBranch(
                    columns: [0],
                    stages: [
                        .encode(Encoder(form: .oneHot, columns: [Encoder.Column(categories: [0, 1, Vocabulary.none])]))
                    ]), ColumnBranch(columns: [1]),
            ])
        ], estimator: .identity)

    private func server() throws -> TestServer {
        let shelf = try ModelShelf()
        _ = try shelf.publish(
            Self.definition, series: ServedForest.series, promotes: true, goldenRows: [0, 1, 2, 1, -1, 0])
        return try TestServer(shelf: shelf)
    }

    private static let cells: [[Cell]] = [["red", 1.5, "x"], [nil, 2, nil], ["blue", 3, "y"]]
    private static let expected: [Double] = [0, 1, 0, 1.5, 0, 0, 1, 2, 1, 0, 0, 3]

    @Test func `shared connections carry cells too`() async throws {
        let server = try server()
        let reply = try await server.client().predict(model: ServedForest.model, cells: Self.cells)
        #expect(reply.outputs[0].values == Self.expected)
    }

    @Test func `cells of text are encoded as the model was trained, and what it does not read is taken as it is`()
        throws
    {
        let server = try server()
        let reply = try server.client().predict(model: ServedForest.model, cells: Self.cells)
        #expect(reply.outputs.map(\.name) == ["transform"])
        #expect(reply.outputs[0].values == Self.expected)
        // As a batch for the compute pool.
        let many = [[Cell]](repeating: Self.cells[0], count: 40_000)
        let batch = try server.client().predict(model: ServedForest.model, cells: many)
        #expect(batch.rowCount == 40_000)
        #expect(Set(batch.outputs[0].values.suffix(4)) == [0, 1, 1.5])
    }

    @Test func `a text that was not seen and a column of the wrong kind are refused by name`() throws {
        let server = try server()
        let client = server.client()
        let model = ServedForest.model
        let unseen = #expect(throws: HearthError.self) {
            try client.predict(model: model, cells: [["red", 1, 0], ["green", 1, 0]])
        }
        #expect(unseen?.code == .invalidArgument)
        #expect(unseen?.message.contains("row 1, column 0: a text that was not seen") ?? false, "\(unseen as Any)")
        let numbers = #expect(throws: HearthError.self) { try client.predict(model: model, rows: [0, 1, 2]) }
        #expect(
            numbers?.message == "model '\(model)': column 0 ('color') takes text; numbers were sent for it")
        let text = #expect(throws: HearthError.self) { try client.predict(model: model, cells: [["red", "old", 0]]) }
        #expect(text?.message == "model '\(model)': column 1 ('age') takes numbers; text was sent for it")
    }

    @Test func `a column with both kinds is refused before it is sent`() throws {
        let server = try server()
        let client = server.client()
        let error = #expect(throws: HearthError.self) {
            try client.predict(model: ServedForest.model, cells: [["red", 1, 0], [2, 1, 0]])
        }
        #expect(error?.origin == .client)
        #expect(error?.message == "column 0 has numbers and texts; one kind is expected")
    }

    @Test func `metadata tells which columns are text`() throws {
        let server = try server()
        let client = try LaneClient(.grpc, socketPath: server.socketPath)
        let request = OpenInference.ModelRequest(name: ServedForest.model, version: "")
        let reply = client.control(.modelMetadata, request)
        let metadata = try #require(reply.control(OpenInference.ModelMetadataResponse.self))
        #expect(metadata.inputs.map(\.name) == ["color", "age", "note"])
        #expect(metadata.inputs.map(\.datatype) == [.bytes, .fp64, .fp64])
        #expect(metadata.inputs.map(\.shape) == [[-1], [-1], [-1]])
    }
}
