package import HearthCore
package import HearthWire

/// A ``Link`` to the server that can be handed on: from the pool to a caller and back. One owner, one thread at a time.
package final class Connection {
    /// Stream ids are odd and end here, far from where 32 bits wrap round: a connection lives for 2^30 calls.
    static let streamIDMax: UInt32 = 0x7FFF_FFFF

    /// One answer; it views the connection's buffer until the next call.
    package struct Reply {
        package var streamID: UInt32
        package var type: UInt8
        package var flags: UInt8
        package var data: ByteView
    }

    private var link: Link

    package init(path: String, waiting: WaitPolicy, firstStreamID: UInt32 = 1) {
        link = Link(path: path, waiting: waiting, firstStreamID: firstStreamID)
    }

    /// The socket's number while there is a connection, to look at its peer or to shut it down from another thread;
    /// else -1.
    package var descriptorNumber: Int32 { link.descriptor }

    /// Bytes of the last request and reply on the wire, for the benchmark's floor.
    package var lastFrameByteCounts: (request: Int, reply: Int) {
        (link.lastRequestByteCount, link.lastReplyByteCount)
    }

    /// Sends one request and waits for its answer: the payload, in the connection's buffer until the next call.
    ///
    /// Answers to earlier calls that gave up are skipped. Throws ``HearthError``; the connection is closed when it
    /// broke.
    @inline(__always)
    package func exchange(
        _ route: Route, deadline: Deadline, payloadByteCount: Int, payload: (UnsafeMutableRawPointer) -> Void
    ) throws(HearthError) -> ByteView {
        unsafe try link.exchange(route, deadline: deadline, payloadByteCount: payloadByteCount, payload: payload)
    }

    /// Appends a request to what the next ``flush(_:)`` sends, and returns its stream id. Dials first when there is no
    /// connection. A stream (many answers) has no timeout on the server.
    package func enqueue(
        _ route: Route, deadline: Deadline, isStream: Bool = false, payloadByteCount: Int,
        payload: (UnsafeMutableRawPointer) -> Void
    ) throws(HearthError) -> UInt32 {
        unsafe try link.enqueue(
            route, deadline: deadline, isStream: isStream, payloadByteCount: payloadByteCount, payload: payload)
    }

    /// Sends what was enqueued.
    package func flush(_ deadline: Deadline) throws(HearthError) {
        try link.flush(deadline)
    }

    /// The next frame from the server; waits for it until `deadline`.
    package func nextReply(_ deadline: Deadline) throws(HearthError) -> Reply {
        try link.nextReply(deadline)
    }

    /// Dials when there is no connection.
    package func open(_ deadline: Deadline) throws(HearthError) {
        try link.open(deadline)
    }

    /// Ends the connection; the next call dials again.
    package func close() {
        link.close()
    }

    /// The payload of a reply; throws what the server answered instead.
    @inline(__always)
    package static func payload(of reply: Reply) throws(HearthError) -> ByteView {
        guard let response = Envelope.response(reply.data) else { throw .unreadable("answer") }
        guard response.code == 0 else {
            throw HearthError(
                StatusCode(rawValue: response.code) ?? .unknown, response.message.text, origin: .server)
        }
        return response.payload
    }
}

// One thread at a time uses it; the pool's lock orders the hand-over.
extension Connection: @unchecked Sendable {}
