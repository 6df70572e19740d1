/// What all connections of one worker hold together: bytes that came and are not answered, replies that are not taken,
/// calls that wait. Each has bounds of its own; this one keeps many that are near theirs from adding up. One owner, one
/// thread.
package final class HeldMemory {
    /// The most bytes.
    package let byteCountMax: Int
    /// Bytes held now.
    package var byteCount = 0

    /// Nothing held yet.
    package init(byteCountMax: Int = .max) {
        self.byteCountMax = byteCountMax
    }

    /// Whether so many more may be held.
    @inline(__always)
    package func hasRoom(for byteCount: Int) -> Bool { self.byteCount <= byteCountMax - byteCount }

    /// Why a call is refused that would hold more.
    package var fullMessage: String {
        "the server's connections hold \(byteCount) bytes of calls and replies, \(byteCountMax) are the most for one "
            + "of its threads; try again later"
    }
}
