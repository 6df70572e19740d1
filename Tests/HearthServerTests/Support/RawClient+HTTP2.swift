import Glibc
import HearthTestSupport

/// A frame of HTTP/2 as it came.
struct HTTP2Frame {
    var kind: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]
}

extension RawClient {
    /// The next frame that `isWanted`, skipping the others; nil when the server has closed, or says nothing for 20 s.
    func nextHTTP2Frame(where isWanted: (HTTP2Frame) -> Bool) -> HTTP2Frame? {
        while let header = next(9) {
            let byteCount = header[..<3].reduce(0) { $0 << 8 | Int($1) }
            guard let payload = next(byteCount) else { return nil }
            let frame = HTTP2Frame(
                kind: header[3], flags: header[4], stream: header[5...].reduce(0) { $0 << 8 | UInt32($1) },
                payload: payload)
            if isWanted(frame) { return frame }
        }
        return nil
    }

    /// All bytes until the server closes.
    func rest() -> [UInt8] {
        var bytes: [UInt8] = []
        while let byte = next(1) { bytes += byte }
        return bytes
    }
}
