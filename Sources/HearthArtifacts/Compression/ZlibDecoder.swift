import CZlib

/// zlib and gzip data, by zlib, which verifies Adler-32 or CRC-32 and the length.
@safe
struct ZlibDecoder: StreamDecoder, ~Copyable {
    // On the heap: zlib refuses a stream that was moved.
    private let stream: UnsafeMutablePointer<z_stream>

    init(hasGzipHeader: Bool, path: String) throws(ArtifactError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe hasGzipHeader ? hearth_inflate_init_gzip(stream) : hearth_inflate_init_zlib(stream)
        guard code == Z_OK else {
            unsafe stream.deallocate()
            throw ArtifactError.noDecoder(path, "zlib")
        }
        unsafe self.stream = unsafe stream
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    mutating func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArtifactError) -> Decompressor.Step? {
        let given = min(input.count, Int(Int32.max))
        let room = min(output.count, Int(Int32.max))
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(given)
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(room)
        let code = unsafe inflate(stream, Z_NO_FLUSH)
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code) else { return nil }
        return unsafe Decompressor.Step(
            consumed: given - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out),
            isDone: code == Z_STREAM_END)
    }
}
