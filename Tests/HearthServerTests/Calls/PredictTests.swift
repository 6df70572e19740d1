import HearthClient
import HearthCore
import HearthModel
import HearthTestSupport
import Testing

@Suite struct PredictTests {
    @Test func `a served forest answers with the bits of its kernel and names itself`() throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 1)
        let id = try shelf.publish(definition, series: "stok_seviye", promotes: true)
        let server = try TestServer(shelf: shelf)
        let rows = [0.1, -0.5, 1.5, 0.25, -1, 2, 0, 0.5]
        let expected = try ModelShelf.expected(definition, rows: rows)

        let reply = try server.client().predict(model: "isolation_forest.stok_seviye", rows: rows)

        #expect(reply.modelVersion == id.text)
        #expect(reply.generation == 1)
        #expect(reply.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
        #expect(reply.outputs.flatMap(\.values).map(\.bitPattern) == expected.map(\.bitPattern))
    }
}
