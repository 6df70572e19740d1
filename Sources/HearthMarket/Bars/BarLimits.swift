package import HearthCore

/// The bounds within which bars are read: a mistaken path or a mad feed must not fill the machine's memory.
package struct BarLimits: Sendable {
    /// The largest file; 19 years of minutes have about 700 MB.
    package var fileBytes = ByteCount.mebibytes(2048)
    /// The most bars of one file: 19 years of minutes.
    package var barCountMax = 10_000_000
    /// The longest line; a bar has about 100 bytes.
    package var lineByteCountMax = 16 << 10
    /// The most fields of a line, or members of a JSON object.
    package var fieldCountMax = 256

    package init() {}
}
