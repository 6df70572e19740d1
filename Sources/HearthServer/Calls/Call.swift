import HearthCore
import HearthWire

/// One call and what is known of it before its message is read.
struct Call {
    /// Names the call on its connection while it is open.
    var stream: UInt32
    var route: Route
    var deadline: MonotonicTime?
}

/// A call that waits for another thread.
struct ParkedCall {
    var route: Route
    /// A copy of the request's message where it is needed again.
    var payload: [UInt8]
    var deadline: MonotonicTime?
    /// What it counts against the connection's limit.
    var byteCount: Int
}
