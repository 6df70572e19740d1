import HearthCore
import HearthModel
import HearthTestSupport
import HearthWire
import Testing

/// The classes of a reply, in both of its forms: text beside the values, numbers in their place, one list per target.
@Suite struct TargetLabelTests {
    /// One tree with two targets, of two and three classes: below 0 the second and first, above the first and third.
    private static func definition(_ targets: [ClassLabels]) -> ModelDefinition {
        let tree = Tree(
            nodes: [.split(column: 0, threshold: 0, left: 1, right: 2, missingGoesLeft: false), .leaf(0), .leaf(1)],
            leafValues: [0.25, 0.75, 1, 0, 0, 0.5, 0.5, 0.1, 0.2, 0.7], width: 5)
        return ModelDefinition(
            signature: InputSignature(columnCount: 1),
            estimator: .treeEnsemble(
                TreeEnsemble(
                    columnCount: 1, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual, missing: .refused,
                    trees: [tree], aggregation: .mean, baseValues: [0, 0, 0, 0, 0], link: .identity,
                    task: .multiOutputClassification(targets))))
    }

    private static let kinds: [(series: String, targets: [ClassLabels])] = [
        ("texts", [.strings(["x", "long"]), .strings(["a", "b", "c"])]),
        ("integers", [.integers([5, 7]), .integers([-1, 0, 1])]),
        ("floats", [.floats([0.5, 2]), .floats([1, 2, 3])]),
        ("plain", [.integers([0, 1]), .integers([0, 1, 2])]),
    ]

    @Test func `every target has its own labels`() throws {
        let shelf = try ModelShelf()
        for kind in Self.kinds {
            try shelf.publish(Self.definition(kind.targets), series: kind.series, promotes: true)
        }
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        func predict(_ series: String) throws -> (values: [Double], labels: [String]) {
            let reply = client.call(
                .predict, Frames.predictPayload(model: "isolation_forest.\(series)", rows: [-1, 1]))
            var values: [Double] = []
            var labels: [String] = []
            reply.payload.withView { view in
                guard var outputs = PredictReplyView(view), let output = outputs.nextOutput() else { return }
                output.append(to: &values)
                labels = output.labels
            }
            return (values, labels)
        }
        #expect(try predict("texts") == ([1, 0, 0, 2], ["long", "a", "x", "c"]))
        #expect(try predict("integers") == ([7, -1, 5, 1], []))
        #expect(try predict("floats") == ([2, 1, 0.5, 3], []))
        #expect(try predict("plain") == ([1, 0, 0, 2], []))

        func infer(_ series: String) throws -> InferAnswer {
            let reply = client.call(
                .modelInfer, InferRequests.matrix(model: "isolation_forest.\(series)", shape: [2, 1], [-1.0, 1]))
            return try #require(InferAnswer(reply.payload))
        }
        let texts = try infer("texts")
        #expect(texts.outputs.map(\.name) == ["predict", "predict_proba_0", "predict_proba_1"])
        #expect(texts.outputs.map(\.shape) == [[2, 2], [2, 2], [2, 3]])
        #expect(texts.outputs[0].datatype == "BYTES")
        var bytes: [UInt8] = []
        for text in ["long", "a", "x", "c"] { bytes += [UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8) }
        #expect(texts.outputs[0].elements == bytes)
        #expect(try infer("integers").outputs[0].numbers(Int64.self) == [7, -1, 5, 1])
        let floats = try infer("floats")
        #expect(floats.outputs[0].datatype == "FP64")
        #expect(floats.outputs[0].numbers(Double.self) == [2, 1, 0.5, 3])
    }
}
