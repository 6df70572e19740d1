/// Bounds on what a booster file may ask for; each is checked before anything of that size is allocated.
enum BoosterLimits {
    /// Nested lists and objects: models have fewer than ten levels.
    static let depthMax = 64
    /// Values of a document besides the elements of number arrays: 24 for each of 60,000 trees. As read they take 56
    /// bytes each and once more while their array grows.
    static let valueCountMax = 1_500_000
    /// Numbers in arrays, 8 bytes each once they are read, that a document of any size may have.
    ///
    /// A number of a tree takes four bytes or more, so that larger documents may have one for every four bytes.
    static let numberCountMax = 8_000_000
    /// Bytes of a document that was compressed, where the limit for files is not larger: trees compress three to ten
    /// times.
    static let expandedByteCountMax = 32 << 20
    /// Lines of the header of a LightGBM text, or of one of its trees; the library writes up to 24.
    static let lineCountMax = 256
    /// Bytes of one number as text; the longest that the libraries write have 24.
    static let numberByteCountMax = 64
    /// Bytes of a name that a message quotes.
    static let quotedByteCountMax = 80
    /// Words of all categorical sets together, 64 MiB: a category of a high number in each of a million nodes is an
    /// attack.
    static let categoryWordCountMax = 1 << 24
}
