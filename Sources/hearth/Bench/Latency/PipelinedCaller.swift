import HearthClient
import HearthCore
import HearthWire

/// Several calls at once on one connection: one send, and as few receives as the answers need.
final class PipelinedCaller {
    private let connection: Connection
    private let timeout: Duration
    private let model: OwnedText
    private var deadline: Deadline

    init(client: HearthClient, model: String, waiting: WaitPolicy) {
        connection = Connection(path: client.configuration.socketPath, waiting: waiting)
        timeout = client.configuration.timeout
        self.model = OwnedText(model)
        deadline = Deadline(after: timeout)
    }

    func send(count: Int, row: (Int) -> [Double]) throws(HearthError) {
        deadline = Deadline(after: timeout)
        for index in 0..<count {
            unsafe try row(index).span.withPointer { values throws(HearthError) in
                let byteCount = unsafe PredictCodec.requestByteCount(
                    modelName: model.view, modelVersion: .empty, columnCount: 0, values: values, outputs: [])
                _ = unsafe try connection.enqueue(.predict, deadline: deadline, payloadByteCount: byteCount) {
                    unsafe PredictCodec.writeRequest(
                        modelName: model.view, modelVersion: .empty, columnCount: 0, values: values, outputs: [],
                        to: $0)
                }
            }
        }
        try connection.flush(deadline)
    }

    func receive() throws(HearthError) {
        let payload = try Connection.payload(of: connection.nextReply(deadline))
        guard PredictReplyView(payload) != nil else {
            throw HearthError(.dataLoss, "an answer cannot be read")
        }
    }
}
