import HearthCore
import HearthWire

/// Calls one model again and again on a connection of its own: the model's name, the request and the answer keep their
/// memory, so a warm call allocates nothing. One owner, one thread at a time; make one per thread.
public final class Predictor {
    /// One answer. What the outputs hold is asked of the predictor, and stands until its next call.
    public struct Answer: Sendable, Hashable {
        /// The model_id that answered. The same text as in the last answer shares its memory.
        public let modelVersion: String
        /// The generation of the production pointer that the model was loaded for; 0 when it was asked for by id.
        public let generation: UInt64
        /// Where the model came from.
        public let source: Source
        /// Rows answered.
        public let rowCount: Int
        /// The first value of the first output; NaN when there is none.
        public let value: Double
    }

    private let pool: ConnectionPool
    private let connection: Connection
    private let configuration: HearthClient.Configuration
    private let modelName: OwnedText
    private let requestedVersion: OwnedText
    private let requestedOutputs: [String]
    private var memory = AnswerMemory()

    init(
        model: String, version: String, outputs: [String], connection: Connection, pool: ConnectionPool,
        configuration: HearthClient.Configuration
    ) {
        modelName = OwnedText(model)
        requestedVersion = OwnedText(version)
        requestedOutputs = outputs
        self.connection = connection
        self.pool = pool
        self.configuration = configuration
    }

    deinit {
        pool.give(back: connection)
    }

    /// Scores rows, one after the other in `rows`: row_count x columns values, with the model's own number of columns.
    public func predict(_ rows: [Double], timeout: Duration? = nil) throws(HearthError) -> Answer {
        try predict(rows.span, timeout: timeout)
    }

    /// Scores rows, one after the other in `rows`. Throws ``HearthError``.
    public func predict(_ rows: Span<Double>, timeout: Duration? = nil) throws(HearthError) -> Answer {
        var deadline = Deadline(after: timeout ?? configuration.timeout)
        var retry = configuration.retry(isIdempotent: true)
        while true {
            do {
                return try attempt(rows, deadline)
            } catch {
                guard let delay = retry.delay(after: error, deadline: deadline) else { throw retry.final(error) }
                connection.close()
                Retry.sleep(delay)
                deadline.beginAttempt()
            }
        }
    }

    /// Outputs of the last answer.
    public var outputCount: Int { memory.outputCount }

    /// The name of an output of the last answer.
    public func outputName(_ output: Int) -> String { memory.output(output).name }

    /// Values per row of an output of the last answer.
    public func outputWidth(_ output: Int) -> Int { memory.output(output).width }

    /// The output of that name in the last answer; nil when there is none.
    public func output(named name: String) -> Int? {
        for index in 0..<memory.outputCount where memory.output(index).name == name { return index }
        return nil
    }

    /// Values of an output of the last answer: row_count x width.
    public func valueCount(_ output: Int) -> Int { memory.output(output).count }

    /// One value of an output of the last answer, rows one after the other.
    public func value(_ output: Int, at index: Int) -> Double {
        let range = memory.output(output)
        precondition(index >= 0 && index < range.count, "a value beyond those of the output")
        return memory.values[range.offset + index]
    }

    /// Bytes of the last request and of its answer on the wire, for the benchmark.
    package var lastFrameByteCounts: (request: Int, reply: Int) {
        connection.lastFrameByteCounts
    }

    @inline(__always)
    private func attempt(_ rows: Span<Double>, _ deadline: Deadline) throws(HearthError) -> Answer {
        let payload = try send(rows, deadline)
        guard var reply = PredictReplyView(payload) else { throw .unreadable("answer to Predict") }
        let value = memory.keep(&reply)
        return Answer(
            modelVersion: memory.modelVersion, generation: reply.generation, source: Source(reply.source),
            rowCount: reply.rowCount, value: value)
    }

    @inline(__always)
    private func send(_ rows: Span<Double>, _ deadline: Deadline) throws(HearthError) -> ByteView {
        unsafe try rows.withPointer { rows throws(HearthError) in
            let byteCount = unsafe PredictCodec.requestByteCount(
                modelName: modelName.view, modelVersion: requestedVersion.view, columnCount: 0, values: rows,
                outputs: requestedOutputs)
            return unsafe try connection.exchange(.predict, deadline: deadline, payloadByteCount: byteCount) {
                unsafe PredictCodec.writeRequest(
                    modelName: modelName.view, modelVersion: requestedVersion.view, columnCount: 0, values: rows,
                    outputs: requestedOutputs, to: $0)
            }
        }
    }
}
