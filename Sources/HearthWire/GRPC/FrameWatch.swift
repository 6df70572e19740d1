import HearthCore

/// Follows the boundaries of HTTP/2 frames in a stream of bytes (RFC 9113, 4.1), to know since when a frame, or a block
/// of headers over several, has begun that has not come whole. nghttp2 does not tell.
struct FrameWatch {
    private static let prefaceByteCount = 24
    private static let headerByteCount = 9
    private static let dataType: UInt8 = 0
    private static let headersType: UInt8 = 1
    private static let continuationType: UInt8 = 9
    private static let endHeaders: UInt8 = 4

    /// Since when; nil at a boundary.
    private(set) var partialSince: MonotonicTime?
    private var prefaceLeft = FrameWatch.prefaceByteCount
    private var header: (UInt32, UInt8, UInt8) = (0, 0, 0)
    private var headerCount = 0
    private var payloadLeft = 0
    /// Whether CONTINUATION frames must follow.
    private var isBlockOpen = false
    private var idleCount = 0

    /// Frames since the last time that ask for nothing: neither headers nor data with something in it.
    mutating func takeIdleCount() -> Int {
        defer { idleCount = 0 }
        return idleCount
    }

    /// Takes the bytes that came at `now`.
    @inline(__always)
    mutating func take(_ bytes: ByteView, at now: MonotonicTime) {
        var offset = 0
        if prefaceLeft > 0 {
            offset = min(prefaceLeft, bytes.count)
            prefaceLeft -= offset
            partialSince = partialSince ?? now
        }
        while offset < bytes.count {
            if payloadLeft > 0 {
                let skipped = min(payloadLeft, bytes.count - offset)
                payloadLeft -= skipped
                offset += skipped
            } else {
                if headerCount == 0, !isBlockOpen { partialSince = now }
                take(bytes.byte(at: offset) ?? 0)
                offset += 1
            }
        }
        if prefaceLeft == 0, headerCount == 0, payloadLeft == 0, !isBlockOpen { partialSince = nil }
    }

    /// Takes one byte of a frame's header: length (3), type, flags, stream (4).
    private mutating func take(_ byte: UInt8) {
        switch headerCount {
        case 0: header = (UInt32(byte), 0, 0)
        case 1, 2: header.0 = header.0 << 8 | UInt32(byte)
        case 3: header.1 = byte
        case 4: header.2 = byte
        default: break
        }
        headerCount += 1
        guard headerCount == Self.headerByteCount else { return }
        headerCount = 0
        payloadLeft = Int(header.0)
        if header.1 != Self.headersType, header.1 != Self.dataType || header.0 == 0 { idleCount += 1 }
        if header.1 == Self.headersType || header.1 == Self.continuationType {
            isBlockOpen = header.2 & Self.endHeaders == 0
        }
    }
}
