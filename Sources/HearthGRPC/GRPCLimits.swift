/// The bounds of what one gRPC connection may send and make the server hold, each with what happens beyond it.
package struct GRPCLimits: Sendable {
    /// The most bytes of one request message, after decompression: a batch of 100,000 x 16 doubles is 12.8 MB. Beyond:
    /// RESOURCE_EXHAUSTED.
    package var messageByteCountMax = 16 << 20
    /// The most bytes of requests that are not whole yet and of replies that the client has not taken. Beyond:
    /// RESOURCE_EXHAUSTED for that call.
    package var heldByteCountMax = 48 << 20
    /// Calls at once; beyond, HTTP/2 refuses the stream and the client's library waits for its turn.
    package var streamCountMax: UInt32 = 1024
    /// The most bytes of a request's headers, counted as HPACK does (RFC 7541, 4.1). Beyond: RESOURCE_EXHAUSTED.
    package var headerByteCountMax = 16 << 10
    /// Bytes that a client may send on one stream, and on all of them, before the server has read them.
    package var streamWindowByteCount: UInt32 = 1 << 20
    package var connectionWindowByteCount: Int32 = 4 << 20
    /// Calls that a client may give up: so many at once, then so many a second. Beyond, the connection ends. Clients
    /// with short deadlines give up many; a flood is a hundred times as many (CVE-2023-44487).
    package var resetBurst: UInt64 = 10_000
    package var resetsPerSecond: UInt64 = 1_000
    /// How long a request may take to arrive whole and a reply to be taken. Beyond, the call ends.
    package var stallNanoseconds: Int64 = 30_000_000_000

    package init() {}
}
