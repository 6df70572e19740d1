import HearthCore
import HearthWire

/// How a lane puts on the wire what its calls are answered with. A stream id names the call; every function is for a
/// call that is open.
///
/// A value of the lane's own, known at compile time, so that writing a reply costs no indirection.
protocol ReplyFraming {
    /// The most bytes of one reply.
    static var replyByteCountMax: Int { get }

    /// Answers one request with a message of `byteCount` bytes that `write` fills; a call with one reply ends with it.
    func reply(
        _ stream: UInt32, byteCount: Int, _ output: inout OutputBuffer, _ write: (UnsafeMutableRawPointer) -> Void)

    /// Sends one more message on a call whose replies come when something happens.
    func push(_ stream: UInt32, _ message: ByteView, _ output: inout OutputBuffer)

    /// Ends a call with an error; `message` is UTF-8 text.
    func fail(_ stream: UInt32, _ code: StatusCode, _ message: ByteView, _ output: inout OutputBuffer)
}
