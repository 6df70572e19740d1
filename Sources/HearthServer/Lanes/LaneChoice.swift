import HearthCore

/// Which protocol a connection speaks: told by the first byte that its client sends.
enum LaneChoice {
    /// The lane for a connection; nil when the byte begins no protocol that is spoken here.
    ///
    /// A ttrpc frame begins with the high byte of its length, which is always 0; HTTP/2 with `PRI * HTTP/2.0`.
    static func lane(firstByte: UInt8?, connection: Connection, context: WorkerContext) -> (any Lane)? {
        switch firstByte {
        case 0: FastLane(connection: connection, context: context)
        case UInt8(ascii: "P"): GRPCLane(connection: connection, context: context)
        // GET, HEAD, DELETE, OPTIONS, CONNECT, TRACE.
        case UInt8(ascii: "G"), UInt8(ascii: "H"), UInt8(ascii: "D"), UInt8(ascii: "O"), UInt8(ascii: "C"),
            UInt8(ascii: "T"):
            PlainHTTPLane()
        default: nil
        }
    }
}
