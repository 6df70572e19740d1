import CLZMA

/// xz and lzma-alone data, by liblzma, which verifies the check of xz; lzma-alone has none.
@safe
struct LZMADecoder: StreamDecoder, ~Copyable {
    // On the heap: the decoder keeps what the stream points to.
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let path: String

    init(isAlone: Bool, path: String) throws(ArtifactError) {
        self.path = path
        let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: hearth_lzma_stream())
        let memory = UInt64(PickleLimits.lzmaMemoryByteCountMax)
        let code = unsafe isAlone ? lzma_alone_decoder(stream, memory) : lzma_stream_decoder(stream, memory, 0)
        guard code == LZMA_OK else {
            unsafe stream.deallocate()
            throw ArtifactError.noDecoder(path, "liblzma")
        }
        unsafe self.stream = unsafe stream
    }

    deinit {
        unsafe lzma_end(stream)
        unsafe stream.deallocate()
    }

    mutating func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArtifactError) -> Decompressor.Step? {
        unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = input.count
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = output.count
        let code = unsafe lzma_code(stream, LZMA_RUN)
        if code == LZMA_MEMLIMIT_ERROR {
            throw ArtifactError(
                .overBudget, path: path, byteOffset: 0,
                "a dictionary that needs \(unsafe lzma_memusage(stream)) bytes found, at most "
                    + "\(PickleLimits.lzmaMemoryByteCountMax) are given",
                hint: "compress the file again with one of the presets 0 to 9")
        }
        guard code == LZMA_OK || code == LZMA_STREAM_END || code == LZMA_BUF_ERROR else { return nil }
        return unsafe Decompressor.Step(
            consumed: input.count - stream.pointee.avail_in, produced: output.count - stream.pointee.avail_out,
            isDone: code == LZMA_STREAM_END)
    }
}
