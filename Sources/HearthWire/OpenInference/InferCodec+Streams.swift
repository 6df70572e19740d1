package import HearthCore

/// The messages around those of inference: what a stream sends, and what is kept of a request while a batch runs.
extension InferCodec {
    /// Bytes of a `ModelStreamInferResponse` that holds a reply.
    package static func streamByteCount(_ reply: InferReply) -> Int {
        1 + VarInt.byteCount(UInt64(reply.byteCount)) + reply.byteCount
    }

    /// Writes a `ModelStreamInferResponse` that holds a reply.
    package static func writeStream(_ reply: InferReply, to target: UnsafeMutableRawPointer) {
        var cursor = unsafe target
        unsafe VarInt.writeTag(2, 2, to: &cursor)
        unsafe VarInt.write(UInt64(reply.byteCount), to: &cursor)
        unsafe reply.write(to: cursor)
    }

    /// Bytes of a `ModelStreamInferResponse` that says why a request failed.
    package static func streamByteCount(error message: ByteView) -> Int {
        VarInt.fieldByteCount(message.count)
    }

    /// Writes a `ModelStreamInferResponse` that says why a request failed.
    package static func writeStream(error message: ByteView, to target: UnsafeMutableRawPointer) {
        var cursor = unsafe target
        unsafe VarInt.writeField(1, message, to: &cursor)
    }

    /// A request as small as it can be that still says what its reply needs: the id, the outputs wanted and where,
    /// and whether elements are typed (an empty entry of raw contents when they are not).
    package static func outline(of request: InferRequestView) -> [UInt8] {
        var byteCount = VarInt.fieldByteCount(request.id.count) + (request.isTyped ? 0 : 2)
        for index in 0..<request.outputCount {
            let inner = outlineByteCount(request, index)
            byteCount += 1 + VarInt.byteCount(UInt64(inner)) + inner
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = byteCount
            guard var cursor = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            unsafe VarInt.writeField(3, request.id, to: &cursor)
            for index in 0..<request.outputCount {
                unsafe VarInt.writeTag(6, 2, to: &cursor)
                unsafe VarInt.write(UInt64(outlineByteCount(request, index)), to: &cursor)
                unsafe VarInt.writeField(1, request.outputName(at: index), to: &cursor)
                unsafe request.sharedOutput(at: index)?.writeEntries(2, to: &cursor)
            }
            guard !request.isTyped else { return }
            unsafe VarInt.writeTag(7, 2, to: &cursor)
            unsafe VarInt.write(0, to: &cursor)
        }
    }

    /// Bytes of an output that was asked for.
    private static func outlineByteCount(_ request: InferRequestView, _ index: Int) -> Int {
        VarInt.fieldByteCount(request.outputName(at: index).count)
            + (request.sharedOutput(at: index)?.entriesByteCount ?? 0)
    }
}
