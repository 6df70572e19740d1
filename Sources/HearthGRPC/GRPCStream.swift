import HearthCore
import HearthWire

/// One call of a gRPC connection: its request as it arrives, its reply as it leaves. Used again for the next call when
/// it is over.
final class GRPCStream {
    /// How far the answer is.
    enum Answer {
        /// Nothing is sent yet.
        case none
        /// The head of the reply is sent; messages may follow.
        case begun
        /// The end is said: what is queued goes out, then the status.
        case ending(StatusCode)
        /// The status is with the engine.
        case ended
    }

    private static let byteCountKept = 4 << 10

    var id: UInt32 = 0
    /// Where the stream stands among the open ones of its session.
    var position = 0
    var head = RequestHead()
    /// Whether the head has come and the call is one that is answered here.
    var isTaken = false
    /// Whether the stream was reset for breaking HTTP/2's rules: what still comes is not looked at.
    var isMalformed = false
    /// Request messages with their prefixes, not yet taken.
    var body = OutputBuffer(capacity: 0)
    /// All bytes of data that came, for `content-length`.
    var bodyByteCount = 0
    /// Whether the client has said all.
    var isHalfClosed = false
    /// Whether a message has been handed out that is not answered yet.
    var isBusy = false
    /// Since when a part of a request is here whose rest is not.
    var partialSince: MonotonicTime?
    /// Reply messages with their prefixes, not yet given to the engine.
    var reply = OutputBuffer(capacity: 0)
    /// Since when a reply waits for the client to take it.
    var unsentSince: MonotonicTime?
    /// Whether the engine waits to be told of more.
    var isDeferred = false
    var answer = Answer.none
    /// Whether the head of the reply is with the engine.
    var isHeadSent = false
    /// The encoded status text behind the reply; empty for none.
    var statusText = OutputBuffer(capacity: 0)
    var receivedAt = MonotonicTime(nanoseconds: 0)

    /// Makes the stream ready for a new call.
    func open(_ id: UInt32, at now: MonotonicTime) {
        self.id = id
        head = RequestHead()
        isTaken = false
        isMalformed = false
        bodyByteCount = 0
        isHalfClosed = false
        isBusy = false
        isDeferred = false
        answer = .none
        isHeadSent = false
        receivedAt = now
    }

    /// Forgets the call, and memory that only large calls need.
    func close() {
        partialSince = nil
        unsentSince = nil
        body.removeAll()
        body.shrink(to: Self.byteCountKept)
        reply.removeAll()
        reply.shrink(to: Self.byteCountKept)
        statusText.removeAll()
        statusText.shrink(to: Self.byteCountKept)
    }
}
