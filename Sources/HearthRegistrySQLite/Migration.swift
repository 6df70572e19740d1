/// One step of the schema.
///
/// Steps are applied in order, each once, and never edited afterwards: the checksum of the applied text is kept in
/// `schema_migrations` and compared at every opening.
struct Migration: Sendable {
    /// 1 for the first; without gaps.
    var version: Int64
    var name: String
    var sql: String

    /// FNV-1a, 64 bits, of the SQL text, as 16 hexadecimal digits.
    ///
    /// It finds a step that was edited after it had been applied somewhere, not a forger: who can write the database
    /// can write the checksum as well.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
