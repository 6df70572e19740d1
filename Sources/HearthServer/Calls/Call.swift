import HearthCore
import HearthWire

/// One call and what is known of it before its message is read.
struct Call {
    /// Names the call on its connection while it is open.
    var stream: UInt32
    var route: Route
    var deadline: MonotonicTime?
    /// Of a detection that a z-score is to answer in the place of the model of its series; else nil.
    var fallback: Fallback?
}

/// Why a detection is answered by somebody else than the model of its series.
final class Fallback: Sendable {
    let series: String
    let cause: CallFailure
    /// The series has no model in production: that is nobody's failure (C36).
    let isUntrained: Bool

    init(series: String, cause: CallFailure, isUntrained: Bool) {
        self.series = series
        self.cause = cause
        self.isUntrained = isUntrained
    }
}

/// A call that waits for another thread.
struct ParkedCall {
    var route: Route
    /// A copy of the request's message where it is needed again.
    var payload: [UInt8]
    var deadline: MonotonicTime?
    /// What it counts against the connection's limit.
    var byteCount: Int
    /// As in ``Call``.
    var fallback: Fallback?

    /// The call as it was taken.
    func call(_ stream: UInt32) -> Call {
        Call(stream: stream, route: route, deadline: deadline, fallback: fallback)
    }
}
