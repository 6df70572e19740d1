import HearthClient
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

/// Promotions through the server, held against its gates.
@Suite struct GateCallTests {
    private func refusal(_ body: () throws -> Void) -> HearthError? {
        do { try body() } catch { return error as? HearthError }
        return nil
    }

    @Test func `R146: a version of other columns is refused, and promoted by force with the reason on record`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let wide = try forest.shelf.publish(
            SampleModels.isolationForest(seed: 2, columns: 5), series: ServedForest.series)
        let client = server.client()
        let refused = refusal { _ = try client.promote(model: ServedForest.model, version: wide.text) }
        #expect(refused?.code == .failedPrecondition)
        #expect(
            refused?.message.contains("schema: 5 values per row found, 4 in production") == true, "\(refused as Any)")
        let unexplained = refusal { _ = try client.promote(model: ServedForest.model, version: wide.text, force: true) }
        #expect(unexplained?.code == .invalidArgument)
        #expect(try forest.shelf.store.productionPointer(of: ModelName(ServedForest.model))?.modelID == forest.modelID)

        let change = try client.promote(
            model: ServedForest.model, version: wide.text, reason: "one more column", force: true)
        #expect(change.modelVersion == wide.text)
        let event = try #require(forest.shelf.store.events(after: 0, limit: 100).last)
        #expect(event.kind == .promoted)
        #expect(
            event.reason == "one more column (by force; schema: 5 values per row found, 4 in production)")
    }
}
