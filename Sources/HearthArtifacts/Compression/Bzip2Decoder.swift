import CBZip2

/// bzip2 data, by libbz2, which verifies the CRC of each block and of the whole.
@safe
struct Bzip2Decoder: StreamDecoder, ~Copyable {
    // On the heap: libbz2 refuses a stream that was moved.
    private let stream: UnsafeMutablePointer<bz_stream>

    init(path: String) throws(ArtifactError) {
        let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: bz_stream())
        guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
            unsafe stream.deallocate()
            throw ArtifactError.noDecoder(path, "libbz2")
        }
        unsafe self.stream = unsafe stream
    }

    deinit {
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.deallocate()
    }

    mutating func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArtifactError) -> Decompressor.Step? {
        let given = min(input.count, Int(Int32.max))
        let room = min(output.count, Int(Int32.max))
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
        unsafe stream.pointee.avail_in = UInt32(given)
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        unsafe stream.pointee.avail_out = UInt32(room)
        let code = unsafe BZ2_bzDecompress(stream)
        guard code == BZ_OK || code == BZ_STREAM_END else { return nil }
        return unsafe Decompressor.Step(
            consumed: given - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out),
            isDone: code == BZ_STREAM_END)
    }
}
