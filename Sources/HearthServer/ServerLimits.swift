package import HearthWire

/// The bounds that keep one client from hurting the others, each with what happens beyond it.
package struct ServerLimits: Sendable {
    /// Connections at once. Beyond: the first call of a new one is answered with RESOURCE_EXHAUSTED and it is closed.
    package var connectionCountMax = 1024
    /// Connections that are held only to be refused; beyond, they are closed at once.
    package var refusedConnectionCountMax = 64
    /// Bytes of a connection's calls that wait for loads, batches or the control plane. Beyond: RESOURCE_EXHAUSTED for
    /// that call.
    package var inFlightByteCountMax = 32 << 20
    /// Bytes of replies that a client has not read: it is not read from meanwhile, but replies to what is in flight and
    /// events go on coming. Beyond: the connection is closed.
    package var unreadByteCountMax = 64 << 20
    /// Calls of a connection that wait. Beyond: RESOURCE_EXHAUSTED for that call.
    package var inFlightCallCountMax = 1024
    /// A frame that is not complete after so long, or replies of which nothing was read for so long, close the
    /// connection.
    package var partialFrameMilliseconds: Int64 = 30_000
    /// What one connection of the gRPC lane may do; its time for stalls is ``partialFrameMilliseconds``.
    package var grpc = GRPCLimits()
    /// How long a stopping server waits for calls that are being answered.
    package var drainMilliseconds: Int64 = 10_000

    /// What one user may take, over all its connections.
    package var perUser = PeerLimits()

    package init() {}
}
