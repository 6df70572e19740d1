/// How a file is compressed, by its first bytes; names are never looked at.
package enum Codec: String, Sendable, Hashable, CaseIterable {
    case zlib, gzip, bzip2, xz, lzma, lz4

    /// The codec of a file; nil for one that is not compressed.
    ///
    /// Throws `.unsupported` for the compressions that are known and not read.
    static func of(_ bytes: UnsafeRawBufferPointer, path: String) throws(ArtifactError) -> Codec? {
        func starts(_ magic: [UInt8]) -> Bool { unsafe bytes.prefix(magic.count).elementsEqual(magic) }
        if starts([0x1F, 0x8B]) { return .gzip }
        if starts([0x42, 0x5A, 0x68]) { return .bzip2 }
        if starts([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        if starts([0x5D, 0x00]) { return .lzma }
        if starts([0x04, 0x22, 0x4D, 0x18]) { return .lz4 }
        if starts([0x28, 0xB5, 0x2F, 0xFD]) {
            throw ArtifactError(
                .unsupported, path: path, byteOffset: 0, "zstandard compression found",
                hint: "decompress it first (zstd -d), or save it with zlib, gzip, bz2, xz, lzma or lz4")
        }
        if starts([0x5A, 0x46]) {
            throw ArtifactError(
                .unsupported, path: path, byteOffset: 0, "the compression of joblib before 0.9.3 (ZF) found",
                hint: "load it with that joblib and save it again with a newer one")
        }
        // One byte only, so last; no pickle starts with it. The second is chosen so that both are a multiple of 31.
        if starts([0x78]), bytes.count >= 2, unsafe (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 {
            return .zlib
        }
        return nil
    }
}
