import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// What both lanes must do alike, call by call.
@Suite struct SharedCallTests {
    @Test(arguments: TestLane.allCases)
    func `R62: Predict answers by name, by version and by both, with the generation of what was asked`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let version = forest.modelID.text
        let replies = [
            client.predict(), client.predict(model: "", version: version), client.predict(version: version),
        ].compactMap(\.prediction)
        #expect(replies.map(\.generation) == [1, 0, 0])
        for reply in replies {
            #expect(reply.outputs.first?.values == [forest.score])
            #expect(reply.modelVersion == version)
            #expect(reply.modelName == ServedForest.model)
            #expect(reply.source == .file)
        }
    }
}
