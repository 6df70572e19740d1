import CZlib

/// gzip, for files of a version that are compressed at rest (R116).
enum GzipEncoder {
    /// zlib's own choice between size and time.
    private static let level: Int32 = 6

    /// One gzip stream with `bytes` in it; the same bytes always give the same stream.
    ///
    /// Throws `.system` when zlib has no memory.
    static func encode(_ bytes: [UInt8], path: String) throws(ArtifactError) -> [UInt8] {
        var stream = unsafe z_stream()
        guard unsafe hearth_deflate_init_gzip(&stream, level) == Z_OK else {
            throw ArtifactError.noDecoder(path, "zlib")
        }
        defer { unsafe deflateEnd(&stream) }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        var consumed = 0
        while true {
            let code = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe piece.withUnsafeMutableBufferPointer { room in
                    let given = min(input.count - consumed, 1 << 30)
                    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: consumed))
                    unsafe stream.avail_in = UInt32(given)
                    unsafe stream.next_out = room.baseAddress
                    unsafe stream.avail_out = UInt32(room.count)
                    let isLast = consumed + given == input.count
                    let code = unsafe deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    unsafe consumed += given - Int(stream.avail_in)
                    return code
                }
            }
            unsafe output += piece[..<(piece.count - Int(stream.avail_out))]
            if code == Z_STREAM_END { return output }
            guard code == Z_OK else { throw ArtifactError.noDecoder(path, "zlib") }
        }
    }
}
