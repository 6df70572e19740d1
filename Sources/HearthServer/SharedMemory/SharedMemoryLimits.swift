/// The bounds of what clients may register as shared memory, each with what it protects.
package enum SharedMemoryLimits {
    /// Regions of one user: each holds a descriptor open.
    package static let regionsPerUserMax = 64
    /// Regions of all users together: they outlive the connections that registered them.
    package static let regionCountMax = 256
    /// Bytes of one region. None is held here: it bounds what writing results into a file with holes can fill.
    package static let regionByteCountMax = 1 << 30
    /// Bytes of a region's name.
    package static let nameByteCountMax = 256
    /// Bytes of a key without its slash: NAME_MAX, the longest name that a file can have.
    package static let keyByteCountMax = 255
}
