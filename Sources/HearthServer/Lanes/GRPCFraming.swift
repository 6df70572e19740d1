import HearthCore
import HearthGRPC
import HearthWire

/// Replies as gRPC over HTTP/2: they are queued in the session, which knows when the client takes them; the lane sends
/// what may go. The `output` that every framing is given is not used.
struct GRPCFraming: ReplyFraming {
    let session: GRPCSession

    static var replyByteCountMax: Int { GRPCSession.replyByteCountMax }

    func reply(
        _ stream: UInt32, byteCount: Int, _ output: inout OutputBuffer, _ write: (UnsafeMutableRawPointer) -> Void
    ) {
        unsafe session.reply(stream, byteCount: byteCount, write)
    }

    func push(_ stream: UInt32, _ message: ByteView, _ output: inout OutputBuffer) {
        session.push(stream, message)
    }

    func fail(_ stream: UInt32, _ code: StatusCode, _ message: ByteView, _ output: inout OutputBuffer) {
        session.fail(stream, code, message)
    }
}
