import HearthCore

/// A new connection as the acceptor hands it to a worker.
struct Admission: Sendable {
    var peer: Peer
    /// Its share in what its user may take.
    var account: AccountShare
    /// Why its first call is refused, after which it is closed; nil for a connection that is served.
    var refusal: CallFailure?
}
