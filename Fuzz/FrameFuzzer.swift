import HearthCore
import HearthWire

/// What a client may send goes through everything that reads it on the server, and what a server may send through what
/// reads it in the client: frames of the fast lane with all messages.
enum FrameFuzzer {
    /// A cap that inputs of libFuzzer's usual length can exceed.
    private static let dataByteCountMax = 1024
    // Sound: libFuzzer calls on one thread.
    private nonisolated(unsafe) static let arena = Arena()

    /// Throws away what it reads; what it looks for are reads out of bounds, traps, leaks, and frames that depend on
    /// how the bytes are cut.
    static func run(_ input: UnsafeRawBufferPointer) {
        let whole = unsafe ByteView(input)
        let cut = Int(whole.byte(at: 0) ?? 0)
        let bytes = whole.dropping(1)
        let frames = frames(in: bytes, cutAt: bytes.count)
        precondition(frames == Self.frames(in: bytes, cutAt: cut), "frames depend on how the bytes are cut")
        // A frame's fields, then the bytes themselves, for inputs that have not learned of frames.
        for frame in frames { unsafe frame.withUnsafeBytes { unsafe read(ByteView($0)) } }
        read(bytes)
    }

    /// The data of all frames, read in two pieces; an oversized frame as its header.
    private static func frames(in bytes: ByteView, cutAt cut: Int) -> [[UInt8]] {
        var decoder = FrameDecoder(dataByteCountMax: dataByteCountMax)
        var frames: [[UInt8]] = []
        var consumed = 0
        for end in [min(cut, bytes.count), bytes.count] {
            while let rest = bytes.slice(from: consumed, count: end - consumed), !rest.isEmpty {
                let (step, used) = decoder.next(in: rest)
                precondition(used >= 0 && used <= rest.count, "more was consumed than was there")
                consumed += used
                switch step {
                case .frame(let header, let data):
                    precondition(data.count == Int(header.dataLength), "a frame has its length")
                    frames.append(unsafe Array(data.buffer))
                    continue
                case .oversized(let header):
                    precondition(header.dataLength > dataByteCountMax, "a frame within the cap was refused")
                    frames.append([0xFF])
                    continue
                case .needMore(let missing):
                    precondition(missing > 0, "a frame that lacks nothing is a frame")
                case .notFrames:
                    return frames + [[0xFE]]
                }
                break
            }
        }
        return frames
    }

    private static func read(_ data: ByteView) {
        if let request = Envelope.request(data) {
            _ = Route(service: request.service, method: request.method)
            readPayload(request.payload)
        }
        if let response = Envelope.response(data) { readReply(response.payload) }
        readPayload(data)
        readReply(data)
    }

    private static func readPayload(_ payload: ByteView) {
        if let request = unsafe PredictCodec.request(payload, in: arena) {
            var sum = unsafe request.values.reduce(0, +)
            for index in 0..<request.outputCount { sum += Double(request.outputName(at: index).count) }
            precondition(sum == sum || sum.isNaN, "a sum is a number or none")
        }
        unsafe arena.reset()
        if let request = unsafe DetectCodec.request(payload, in: arena) { _ = unsafe request.values.reduce(0, +) }
        unsafe arena.reset()
        unpack(ReloadRequest.self, payload)
        unpack(ListRequest.self, payload)
        unpack(GetRequest.self, payload)
        unpack(PromoteRequest.self, payload)
        unpack(RollbackRequest.self, payload)
        unpack(StatsRequest.self, payload)
        unpack(WatchRequest.self, payload)
    }

    private static func readReply(_ payload: ByteView) {
        if var reply = PredictReplyView(payload) {
            while let output = reply.nextOutput() { for index in 0..<output.valueCount { _ = output.value(at: index) } }
        }
        if let reply = DetectReplyView(payload) {
            for index in 0..<reply.count { _ = (reply.score(at: index), reply.isAnomaly(at: index)) }
        }
        unpack(ListResponse.self, payload)
        unpack(GetResponse.self, payload)
        unpack(StatsResponse.self, payload)
        unpack(PointerResponse.self, payload)
        unpack(WatchEvent.self, payload)
    }

    /// What was read is written and read again: it must be the same.
    private static func unpack<Message: ControlMessage & Equatable>(_ type: Message.Type, _ payload: ByteView) {
        defer { unsafe arena.reset() }
        guard let message = unsafe Message.unpack(payload, in: arena) else { return }
        let again = unsafe message.pack(in: arena) { unsafe Message.unpack($0, in: arena) }
        precondition(again == message || "\(message)".contains("nan"), "a message changed by being written")
    }
}
