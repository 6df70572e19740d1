import Glibc
import HearthCore
import HearthWire

/// One client's socket with what has not been read or written yet. Owned by one worker.
final class Connection {
    let descriptor: Int32
    let peer: Peer
    /// Slot and serial number: a completion for a connection that has gone finds nobody.
    let token: UInt64
    /// Its share in what its user may take.
    let account: AccountShare
    /// Why its first call is refused, after which it is closed; nil for a connection that is served.
    let refusal: CallFailure?
    /// Chosen by the first byte that the client sends.
    var lane: (any Lane)?
    /// The start of a frame whose rest has not come yet.
    var input = OutputBuffer(capacity: 0)
    /// Replies that the socket did not take yet.
    var output = OutputBuffer(capacity: 0)
    /// Since when a frame has been incomplete, or replies have waited without any being read.
    var stalledSince: MonotonicTime?
    /// Bytes that complete the frame in ``input``, as far as is known.
    var byteCountMissing = 0
    /// Closes as soon as the output is out.
    var isClosing = false
    /// What epoll watches now.
    var interest: Poller.Events = [.readable, .peerClosed]

    init(descriptor: Int32, _ admission: Admission, token: UInt64) {
        self.descriptor = descriptor
        peer = admission.peer
        account = admission.account
        refusal = admission.refusal
        self.token = token
    }

    /// Over a limit of connections: its first call is refused, then it is closed.
    var isOverLimit: Bool { refusal != nil }

    deinit {
        close(descriptor)
    }
}
