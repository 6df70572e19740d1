import HearthCore
import HearthWire

/// What a model answered for some rows.
public struct Prediction: Sendable, Hashable {
    /// One output of the model.
    public struct Output: Sendable, Hashable {
        /// The output's name, e.g. `score`.
        public var name: String
        /// Values per row.
        public var width: Int
        /// row_count x width, rows one after the other.
        public var values: [Double]
        /// For class labels that are text: one per value, which then is the class's index; else empty.
        ///
        /// Classes that are numbers are the values themselves.
        public var labels: [String]
    }

    /// The registered model.
    public var modelName: String
    /// The model_id that answered.
    public var modelVersion: String
    /// The generation of the production pointer that the model was loaded for; 0 when it was asked for by id.
    public var generation: UInt64
    /// Where the model came from.
    public var source: Source
    /// Rows answered.
    public var rowCount: Int
    /// The outputs, in the model's order.
    public var outputs: [Output]

    /// The output of that name; nil when the model has none.
    public func output(named name: String) -> Output? {
        outputs.first { $0.name == name }
    }

    init?(_ payload: ByteView) {
        guard var reply = PredictReplyView(payload) else { return nil }
        modelName = reply.modelName.text
        modelVersion = reply.modelVersion.text
        generation = reply.generation
        source = Source(reply.source)
        rowCount = reply.rowCount
        outputs = []
        while let output = reply.nextOutput() {
            var values: [Double] = []
            values.reserveCapacity(output.valueCount)
            output.append(to: &values)
            outputs.append(
                Output(name: output.name.text, width: output.width, values: values, labels: output.labels))
        }
    }
}
