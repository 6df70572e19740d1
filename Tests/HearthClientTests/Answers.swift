import HearthCore
import HearthWire

/// Payloads that a server would send.
enum Answers {
    /// A prediction: the sum of each row's values as output `score`, one row per `columnCount` values of the request.
    static func prediction(
        _ call: WireServer.Call, version: String = "forest_1", source: AnswerSource = .file
    ) -> [UInt8] {
        let arena = Arena()
        let values = call.payload.withBytes { payload in
            guard let request = PredictCodec.request(payload, in: arena) else { return [] as [Double] }
            return unsafe Array(request.values)
        }
        return score([values.reduce(0, +)], version: version, source: source)
    }

    /// A prediction with these scores, one row each.
    static func score(_ scores: [Double], version: String, source: AnswerSource = .file) -> [UInt8] {
        let version = Array(version.utf8)
        return version.withBytes { version in
            unsafe (scores + [0]).withUnsafeBufferPointer { values in
                guard let start = values.baseAddress else { return [] }
                let outputs = unsafe [
                    OutputView(name: ByteView("score"), width: 1, values: start, rowCount: scores.count)
                ]
                let header = ReplyHeader(
                    modelName: ByteView("forest.a"), modelVersion: version, generation: 4, source: source)
                return unsafe outputs.withUnsafeBufferPointer { outputs in
                    let count = unsafe PredictCodec.replyByteCount(header, rowCount: scores.count, outputs: outputs)
                    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
                        if let target = buffer.baseAddress {
                            unsafe PredictCodec.writeReply(
                                header, rowCount: scores.count, outputs: outputs, to: UnsafeMutableRawPointer(target))
                        }
                        written = count
                    }
                }
            }
        }
    }

    static func message(_ message: some ControlMessage) -> [UInt8] {
        message.pack(in: Arena(capacity: 4096)) { unsafe Array($0.buffer) }
    }

    static var pointer: [UInt8] {
        var pointer = PointerResponse()
        pointer.modelName = "forest.a"
        pointer.modelVersion = "forest_2"
        pointer.previousModelVersion = "forest_1"
        pointer.generation = 5
        return message(pointer)
    }
}

extension Array where Element == UInt8 {
    func withBytes<Value>(_ body: (ByteView) -> Value) -> Value {
        unsafe withUnsafeBytes { unsafe body(ByteView($0)) }
    }
}
