import HearthCore
import HearthServing
import HearthWire

/// What the event loop does with a connection after its lane has seen new bytes.
struct LaneStep {
    /// Bytes that the lane is done with; the rest is offered again with more behind it.
    var consumed: Int
    /// Bytes that the frame at the end of what was offered still lacks; 0 when that is not known.
    var byteCountMissing = 0
    /// Close the connection once the replies are out: the bytes make no sense any more.
    var isClosing = false
}

/// The protocol of one connection: a state machine that takes bytes and gives bytes, and does no I/O. The event loop
/// drives every lane in the same way and knows nothing of its framing.
protocol Lane: AnyObject {
    /// Takes received bytes and appends replies to `output`.
    func receive(_ bytes: ByteView, receivedAt: MonotonicTime, _ output: inout OutputBuffer) -> LaneStep
    /// Takes a result that was made on another thread.
    func complete(_ completion: Completion, _ output: inout OutputBuffer)
    /// Takes a change of what the server holds, for streams that watch.
    func tell(_ event: ModelEvent, _ output: inout OutputBuffer)
    /// Answers the calls whose deadline has passed.
    func expire(at now: MonotonicTime, _ output: inout OutputBuffer)
    /// Ends streams that would go on for ever: the server is stopping.
    func drain(_ output: inout OutputBuffer)
    /// Says that calls which come from now on are not answered: the server has read what it will read.
    func refuseNewCalls(_ output: inout OutputBuffer)

    /// When ``expire(at:_:)`` is to be called at the latest; it may turn out that nothing has expired. nil for never.
    var nextDeadline: MonotonicTime? { get }
    /// Whether no call waits for other threads.
    var isIdle: Bool { get }
    /// Whether a call was refused: of a connection that is one too many the first is, and then it is closed.
    var hasRefused: Bool { get }
    /// Whether the client watches changes.
    var isWatching: Bool { get }
    /// Whether the connection has run its course by the protocol's own rules: it is closed once its replies are out.
    var isFinished: Bool { get }
}
