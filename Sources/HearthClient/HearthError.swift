import Glibc
public import HearthCore

/// Why a call got no answer, and what to do about it.
public struct HearthError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who found the failure.
    public enum Origin: Sendable, Hashable {
        /// The server answered with a status.
        case server
        /// There was no connection, or it broke before the answer came.
        case connection
        /// The client refused or gave up by itself: a bad argument, a deadline, a cancelled task.
        case client
    }

    /// The kind of failure, to switch on; the numbers are those of gRPC.
    public var code: StatusCode
    /// What was found and what was expected, for a person.
    public var message: String
    /// The next step for the person who reads this; empty when the message says it.
    public var hint: String
    /// Who found the failure.
    public var origin: Origin
    /// Whether bytes of the request may have reached the server: a call that changes something is repeated only when
    /// this is false.
    var mayHaveBeenSent: Bool
    /// Whether nobody listens at the socket's path.
    var isServerMissing: Bool

    /// A failure found by `origin`.
    public init(_ code: StatusCode, _ message: String, hint: String = "", origin: Origin = .client) {
        self.code = code
        self.message = message
        self.hint = hint
        self.origin = origin
        mayHaveBeenSent = true
        isServerMissing = false
    }

    /// One sentence: the status, what happened, the mend.
    public var description: String {
        "\(code.name): \(message)\(hint.isEmpty ? "" : "; \(hint)")"
    }
}

extension HearthError {
    /// The connection to `path` could not be made or broke.
    static func connection(_ message: String, path: String, code: Int32, mayHaveBeenSent: Bool) -> HearthError {
        let cause = code == 0 ? "" : ": \(SystemError.text(of: code))"
        var error = HearthError(
            .unavailable, "\(message) \(path)\(cause)", hint: hint(code: code, path: path), origin: .connection)
        error.mayHaveBeenSent = mayHaveBeenSent
        error.isServerMissing = code == ENOENT || code == ECONNREFUSED
        return error
    }

    static func deadlineExceeded(_ timeout: Duration) -> HearthError {
        HearthError(
            .deadlineExceeded, "no answer within \(timeout)",
            hint: "give the call more time, or look at the server's load with `hearth stats`")
    }

    /// Bytes from the server that are no message of this protocol.
    static func unreadable(_ what: String) -> HearthError {
        HearthError(
            .dataLoss, "the server's \(what) cannot be read",
            hint: "check that the socket belongs to hearthd and that client and server have the same version")
    }

    private static func hint(code: Int32, path: String) -> String {
        switch code {
        case ENOENT, ECONNREFUSED:
            "is hearthd running? start it with `hearthd --socket \(path)`, or name its socket with --socket or "
                + "HEARTH_SOCKET"
        case EACCES, EPERM: "this user may not use the socket: ask for membership of the group that owns it"
        case EMFILE, ENFILE: "too many open files: raise the limit (`ulimit -n`) or use fewer connections"
        default: "see hearthd's log, or start it again"
        }
    }
}
