/// One more file of a version: its name and bytes.
package struct VersionFile: Sendable, Equatable {
    package let name: String
    package let bytes: [UInt8]

    /// The most bytes that a file name may have.
    static let nameByteCountMax = 100

    /// Throws `.invalidName` for a name that is no plain file name, or that Hearth itself writes.
    package init(name: String, bytes: [UInt8]) throws(ArtifactError) {
        try Self.checkName(name)
        guard !Manifest.isArtifact(name), name != ModelMetadata.fileName else {
            throw ArtifactError(
                .invalidName, path: name, "a name that Hearth itself writes found",
                hint: "give an original file its own name, e.g. model.pkl")
        }
        self.name = name
        self.bytes = bytes
    }

    /// Throws `.invalidName` unless `name` is `[A-Za-z0-9][A-Za-z0-9._-]{0,99}` and not `manifest.json`.
    static func checkName(_ name: String) throws(ArtifactError) {
        let first = name.utf8.first.map(isAlphanumeric) ?? false
        let legal =
            first && name.utf8.count <= nameByteCountMax && name != Manifest.fileName
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
        guard !legal else { return }
        throw ArtifactError(
            .invalidName, path: Manifest.fileName,
            "'\(name.prefix(80))' is no file name of a version: expected a letter or digit, then letters, digits, '.', "
                + "'_' or '-', \(nameByteCountMax) bytes at most, and not \(Manifest.fileName)",
            hint: "rename the file")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
