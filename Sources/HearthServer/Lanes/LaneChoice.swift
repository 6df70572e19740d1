import HearthCore

/// Which protocol a connection speaks: told by the first byte that its client sends.
enum LaneChoice {
    /// The lane for a connection; nil when the byte begins no protocol that is spoken here.
    ///
    /// A ttrpc frame begins with the high byte of its length, which is always 0.
    static func lane(firstByte: UInt8?, connection: Connection, context: WorkerContext) -> (any Lane)? {
        switch firstByte {
        case 0: FastLane(connection: connection, context: context)
        default: nil
        }
    }
}
