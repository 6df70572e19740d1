import HearthCore
import HearthWire

/// Replies in ttrpc frames (containerd's ttrpc, PROTOCOL.md), written straight into the connection's output.
struct FastFraming: ReplyFraming {
    /// One frame with the few bytes of its envelope.
    static var replyByteCountMax: Int { WireLimits.frameDataByteCountMax - 16 }

    @inline(__always)
    func reply(
        _ stream: UInt32, byteCount: Int, _ output: inout OutputBuffer, _ write: (UnsafeMutableRawPointer) -> Void
    ) {
        unsafe Envelope.appendResponse(to: &output, streamID: stream, payloadByteCount: byteCount, payload: write)
    }

    func push(_ stream: UInt32, _ message: ByteView, _ output: inout OutputBuffer) {
        unsafe Envelope.appendData(to: &output, streamID: stream, flags: 0, payloadByteCount: message.count) {
            unsafe $0.copyMemory(from: message.start, byteCount: message.count)
        }
    }

    func fail(_ stream: UInt32, _ code: StatusCode, _ message: ByteView, _ output: inout OutputBuffer) {
        Envelope.appendError(to: &output, streamID: stream, code: code, message: message)
    }
}
