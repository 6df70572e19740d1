/// The first 64 bytes of a `model.hearth`, checked as far as they can be without the rest.
struct HearthFileHeader: Equatable {
    /// Bytes 16-47.
    var contentDigest: SHA256Digest
    /// Bytes 48-51.
    var sectionCount: Int
    /// Bytes 56-63: equal to the size of the file.
    var totalByteCount: Int

    /// Where the section table ends, at most the size of the file.
    var tableEnd: Int { HearthFile.headerByteCount + HearthFile.entryByteCount * sectionCount }

    /// Reads the header from the start of a file.
    ///
    /// - Parameters:
    ///   - bytes: the first bytes of the file, at least 64 where the file has them.
    ///   - fileByteCount: the size of the whole file.
    /// - Throws: `.notAnArtifact`, `.unsupportedVersion`, `.truncated`, `.corrupt`.
    init(_ bytes: UnsafeRawBufferPointer, fileByteCount: Int, path: String) throws(ArtifactError) {
        let magic = HearthFile.magic
        guard bytes.count >= magic.count, unsafe bytes.prefix(magic.count).elementsEqual(magic) else {
            throw ArtifactError(
                .notAnArtifact, path: path, byteOffset: 0,
                "a file of \(fileByteCount) bytes without the magic of model.hearth found",
                hint: "publish the model again, or import files of other formats with 'hearth import'")
        }
        guard bytes.count >= HearthFile.headerByteCount else {
            throw ArtifactError(
                .truncated, path: path, byteOffset: bytes.count,
                "\(fileByteCount) bytes found, the header alone has \(HearthFile.headerByteCount)",
                hint: "publish the model again")
        }
        let version: UInt32 = unsafe bytes.loadLittleEndian(at: 8)
        guard version == HearthFile.formatVersion else {
            throw ArtifactError(
                .unsupportedVersion, path: path, byteOffset: 8,
                "format version \(version) found, version \(HearthFile.formatVersion) is read",
                hint: "use the Hearth release that wrote it, or publish the model again")
        }
        let headerByteCount: UInt32 = unsafe bytes.loadLittleEndian(at: 12)
        let sectionCount: UInt32 = unsafe bytes.loadLittleEndian(at: 48)
        let reserved: UInt32 = unsafe bytes.loadLittleEndian(at: 52)
        let totalByteCount: UInt64 = unsafe bytes.loadLittleEndian(at: 56)
        func expect(_ holds: Bool, at offset: Int, _ message: String) throws(ArtifactError) {
            guard !holds else { return }
            throw ArtifactError(
                .corrupt, path: path, byteOffset: offset, message, hint: ArtifactError.republishHint)
        }
        try expect(
            headerByteCount == HearthFile.headerByteCount, at: 12,
            "header size \(headerByteCount) found, \(HearthFile.headerByteCount) expected")
        try expect(
            sectionCount >= 1 && sectionCount <= ArtifactLimits.sectionCountMax, at: 48,
            "\(sectionCount) sections found, 1 to \(ArtifactLimits.sectionCountMax) expected")
        try expect(reserved == 0, at: 52, "reserved field \(reserved) found, 0 expected")
        guard totalByteCount <= fileByteCount else {
            throw ArtifactError(
                .truncated, path: path, byteOffset: fileByteCount,
                "\(fileByteCount) bytes found, the header says \(totalByteCount)", hint: "publish the model again")
        }
        try expect(
            totalByteCount == fileByteCount, at: 56,
            "\(fileByteCount) bytes found, the header says \(totalByteCount)")
        contentDigest = SHA256Digest { unsafe bytes[HearthFile.digestOffset + $0] }
        self.sectionCount = Int(sectionCount)
        self.totalByteCount = fileByteCount
        try expect(
            tableEnd <= fileByteCount, at: 48, "a table of \(sectionCount) sections does not fit \(fileByteCount) bytes"
        )
    }
}

extension ArtifactError {
    static let republishHint = "the file is damaged: restore it from a backup or publish the model again"
}

extension UnsafeRawBufferPointer {
    /// The little-endian number at `offset`; the caller has checked that it lies inside.
    func loadLittleEndian<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type = Value.self) -> Value {
        Value(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
