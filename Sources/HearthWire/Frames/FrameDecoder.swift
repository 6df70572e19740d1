package import HearthCore

/// Cuts a stream of bytes into ttrpc frames. It holds no bytes: the caller keeps what was not consumed and offers it
/// again with more behind it.
///
/// A frame over the cap is not an end of the connection: its data is skipped as it arrives, and the stream it was for
/// is reported once, so that it alone is answered.
package struct FrameDecoder: Sendable {
    /// What the next bytes are.
    package enum Step {
        /// A whole frame; `data` views the caller's bytes.
        case frame(FrameHeader, data: ByteView)
        /// A frame whose data is longer than the cap: answer its stream with RESOURCE_EXHAUSTED.
        case oversized(FrameHeader)
        /// All of the rest was skipped or is less than a frame: read more. `byteCountMissing` more are needed at least.
        case needMore(byteCountMissing: Int)
        /// The first byte is not 0: these are no ttrpc frames, and where the next one starts cannot be known.
        case notFrames
    }

    private let dataByteCountMax: Int
    /// Bytes of an oversized frame that are still to come.
    private var skipping = 0

    package init(dataByteCountMax: Int = WireLimits.frameDataByteCountMax) {
        self.dataByteCountMax = dataByteCountMax
    }

    /// Takes the next frame out of `bytes` and says how many of them it has used.
    package mutating func next(in bytes: ByteView) -> (step: Step, consumed: Int) {
        if skipping > 0 {
            let skipped = min(skipping, bytes.count)
            skipping -= skipped
            if skipping > 0 || skipped == bytes.count {
                return (.needMore(byteCountMissing: max(1, skipping)), skipped)
            }
            let (step, consumed) = next(in: bytes.dropping(skipped))
            return (step, consumed + skipped)
        }
        if let first = bytes.byte(at: 0), first != 0 { return (.notFrames, 0) }
        guard let header = FrameHeader(bytes) else {
            return (.needMore(byteCountMissing: FrameHeader.byteCount - bytes.count), 0)
        }
        let length = Int(header.dataLength)
        guard length <= dataByteCountMax else {
            skipping = length
            return (.oversized(header), FrameHeader.byteCount)
        }
        guard let data = bytes.slice(from: FrameHeader.byteCount, count: length) else {
            return (.needMore(byteCountMissing: FrameHeader.byteCount + length - bytes.count), 0)
        }
        return (.frame(header, data: data), FrameHeader.byteCount + length)
    }
}
