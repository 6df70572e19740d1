import CZlib
import HearthCore
import HearthWire

/// Messages that a client sends compressed (`grpc-encoding: gzip`).
enum Gzip {
    /// Appends what `compressed` holds to `output`; false when it is no gzip, has something behind it, or holds more
    /// than `byteCountMax` bytes.
    static func inflate(_ compressed: ByteView, atMost byteCountMax: Int, to output: inout OutputBuffer) -> Bool {
        guard compressed.count <= Int(UInt32.max) else { return false }
        var stream = unsafe z_stream()
        guard unsafe hearth_inflate_init_gzip(&stream) == Z_OK else { return false }
        defer { unsafe inflateEnd(&stream) }
        unsafe stream.next_in = UnsafeMutablePointer(mutating: compressed.start.assumingMemoryBound(to: UInt8.self))
        unsafe stream.avail_in = UInt32(compressed.count)
        var total = 0
        while true {
            // One byte more than allowed tells that it is too many.
            let room = min(64 << 10, byteCountMax - total + 1)
            var code = Z_OK
            unsafe output.append(atMost: room) { target in
                unsafe stream.next_out = target.assumingMemoryBound(to: UInt8.self)
                unsafe stream.avail_out = UInt32(room)
                code = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                return unsafe room - Int(stream.avail_out)
            }
            total += unsafe room - Int(stream.avail_out)
            guard total <= byteCountMax else { return false }
            if code == Z_STREAM_END { return unsafe stream.avail_in == 0 }
            guard code == Z_OK else { return false }
        }
    }
}
