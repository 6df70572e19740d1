package import HearthCore

/// The bounds within which a table is read: a mistaken path must not fill the machine's memory.
package struct TableLimits: Sendable {
    /// The largest file.
    ///
    /// A year of seconds with nine columns has about 1.5 GB.
    package var fileBytes = ByteCount.mebibytes(2048)
    /// The most columns in a header; a file with more is most likely no CSV, or one without line breaks.
    package var columnCountMax = 4096
    /// The longest field.
    package var fieldByteCountMax = 64 << 10
    /// The most numbers kept (rows x chosen columns, and rows x window for series): 100 million are 800 MB.
    package var valueCountMax = 100_000_000

    package init() {}
}
