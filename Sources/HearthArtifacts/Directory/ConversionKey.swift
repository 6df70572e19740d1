package import HearthModel

/// What a converted model was made from, in a section of its own: a cached conversion is used only for the very bytes
/// that it was made from, and only by the converter that made it.
package struct ConversionKey: Sendable, Hashable {
    /// SHA-256 of the original file.
    package var originalDigest: SHA256Digest
    /// ``ModelImport/converterVersion``.
    package var converterVersion: UInt32

    package init(originalDigest: SHA256Digest, converterVersion: UInt32 = ModelImport.converterVersion) {
        self.originalDigest = originalDigest
        self.converterVersion = converterVersion
    }

    /// Section `ORIG`: the digest, the converter's version, four zero bytes.
    package static let sectionID = SectionID("ORIG")

    /// The section that holds the key.
    package var section: ModelSection {
        let version = (0..<4).map { UInt8(truncatingIfNeeded: converterVersion >> (8 * UInt32($0))) }
        return ModelSection(Self.sectionID, bytes: originalDigest.bytes + version + [0, 0, 0, 0])
    }

    /// Whether `artifact` was converted from this original by this converter.
    package func matches(_ artifact: MappedArtifact) -> Bool {
        guard let bytes = unsafe artifact.section(Self.sectionID) else { return false }
        return unsafe bytes.elementsEqual(section.bytes)
    }
}
