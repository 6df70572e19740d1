package import HearthCore

/// How much the columns of the registry hold.
///
/// The same in every store, so that what one accepts the other accepts.
package enum RegistryLimits {
    /// `VARCHAR(50)` of the specification (R46, R47), in Unicode scalars, as PostgreSQL counts.
    package static let keyLengthMax = 50
    /// `VARCHAR(500)` of the specification (R49), in Unicode scalars.
    package static let pathLengthMax = 500
    /// Parameters and metrics are a page of numbers; a megabyte is somebody's mistake.
    package static let jsonByteCountMax = 1 << 20
    /// The last lines of a traceback say why a training failed.
    package static let errorByteCountMax = 16 << 10
    package static let actorByteCountMax = 200
    package static let reasonByteCountMax = 2000
    /// 0000-01-01 to 9999-12-31: what every date type and formatter of both databases can show.
    package static let timestamps =
        Timestamp(microseconds: -62_167_219_200_000_000)...Timestamp(microseconds: 253_402_300_799_999_999)
}
