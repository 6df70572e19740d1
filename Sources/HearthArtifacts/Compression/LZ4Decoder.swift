import CLZ4

/// An lz4 frame, by liblz4, which verifies the check sums that the frame has.
@safe
struct LZ4Decoder: StreamDecoder, ~Copyable {
    private let context: OpaquePointer

    init(path: String) throws(ArtifactError) {
        var context: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context = unsafe context else {
            throw ArtifactError.noDecoder(path, "liblz4")
        }
        unsafe self.context = unsafe context
    }

    deinit {
        _ = unsafe LZ4F_freeDecompressionContext(context)
    }

    mutating func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArtifactError) -> Decompressor.Step? {
        var consumed = input.count
        var produced = output.count
        let code = unsafe LZ4F_decompress(context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
        guard LZ4F_isError(code) == 0 else { return nil }
        // 0 says that the frame is complete and checked.
        return Decompressor.Step(consumed: consumed, produced: produced, isDone: code == 0)
    }
}
