import HearthCore

/// How much a model directory may hold.
///
/// Each bound is checked before anything of that size is allocated, read or written.
package struct ArtifactLimits: Sendable, Hashable {
    /// The most bytes of one file of a version; 10 MB unless set (R68).
    package var fileByteCountMax: Int
    /// The most bytes of all versions together, quarantined ones included; 100 MB unless set (R69, C9).
    package var totalByteCountMax: Int

    package init(fileByteCountMax: Int = 10_000_000, totalByteCountMax: Int = 100_000_000) {
        self.fileByteCountMax = fileByteCountMax
        self.totalByteCountMax = totalByteCountMax
    }

    /// The most bytes of `manifest.json`: a thousand column names of 256 bytes take a quarter of it.
    package static let manifestByteCountMax = 1 << 20
    /// The most files that one version may list.
    package static let manifestFileCountMax = 16
    /// The most columns that a manifest may name.
    package static let columnCountMax = 65_536
    /// The most bytes of any single text in a manifest.
    package static let textByteCountMax = 1024
    /// The most sections of a `model.hearth`; the packed models of today have fewer than twenty.
    package static let sectionCountMax = 64

    /// Throws `.tooLarge`, naming the file, its size and the limit.
    package func checkFile(_ path: String, byteCount: Int) throws(ArtifactError) {
        guard byteCount > fileByteCountMax else { return }
        throw ArtifactError(
            .tooLarge, path: path,
            "\(byteCount) bytes (\(ByteCount(byteCount))) found, at most \(fileByteCountMax) are allowed per file",
            hint: "train a smaller model, or raise the limit with --max-file-size \(Self.larger(byteCount))")
    }

    /// The next round number of MiB that `byteCount` bytes fit into, as the option is written.
    private static func larger(_ byteCount: Int) -> String { "\(max(byteCount, 1) / (1 << 20) + 1)MiB" }

    /// Throws `.quotaExceeded`, naming the new version, its size, what is there and the limit.
    package func checkTotal(_ path: String, adding byteCount: Int, to present: Int) throws(ArtifactError) {
        let (sum, overflow) = present.addingReportingOverflow(byteCount)
        guard overflow || sum > totalByteCountMax else { return }
        throw ArtifactError(
            .quotaExceeded, path: path,
            "\(byteCount) bytes more than the \(present) already there exceed the quota of \(totalByteCountMax) bytes",
            hint: "remove old versions, or raise the quota with --max-total-size")
    }
}
