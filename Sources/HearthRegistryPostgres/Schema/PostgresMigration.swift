/// One step of the schema, and the way back.
///
/// Steps are applied in order, each once, and never edited afterwards: the checksum of the applied text is kept in
/// `hearth_migrations` and compared at every look.
struct PostgresMigration: Sendable {
    /// 1 for the first; without gaps.
    let version: Int64
    let name: String
    /// Each a statement on its own, repeatable: a step that was broken off is run again from its start.
    ///
    /// None takes a lock that readers wait for longer than it takes to change a catalogue row.
    let upgrade: [String]
    /// Likewise, the way back.
    let downgrade: [String]

    /// FNV-1a, 64 bits, of the upgrade's text, as 16 hexadecimal digits: it finds a step that was edited after it had
    /// been applied somewhere.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in upgrade.joined(separator: ";\n").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
