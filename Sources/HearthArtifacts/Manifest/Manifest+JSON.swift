import FoundationEssentials
import HearthCore

/// The text of `manifest.json`. Reading believes nothing: sizes, counts, names and digests are checked before anybody sees them.
extension Manifest {
    /// Indented, keys sorted. Throws `.invalidManifest` for what ``init(json:path:)`` would refuse.
    package func json() throws(ArtifactError) -> [UInt8] {
        let wire = ManifestJSON(self)
        let text = try JSONText.encode(wire, path: Self.fileName)
        _ = try Manifest(json: text, path: Self.fileName)
        return text
    }

    /// Reads a manifest of at most ``ArtifactLimits/manifestByteCountMax`` bytes. Unknown keys are passed over.
    ///
    /// Throws `.invalidManifest`, `.unsupportedVersion`.
    package init(json: [UInt8], path: String) throws(ArtifactError) {
        guard json.count <= ArtifactLimits.manifestByteCountMax else {
            throw ArtifactError.manifest(
                path, "\(json.count) bytes found, at most \(ArtifactLimits.manifestByteCountMax) expected")
        }
        let version = try JSONText.decode(ManifestJSON.Version.self, json, path: path).formatVersion
        guard version == Self.formatVersion else {
            throw ArtifactError(
                .unsupportedVersion, path: path,
                "manifest format version \(version) found, version \(Self.formatVersion) is read",
                hint: "use the Hearth release that wrote it, or publish the model again")
        }
        self = try JSONText.decode(ManifestJSON.self, json, path: path).checked(path)
    }
}

extension ArtifactError {
    static func manifest(_ path: String, _ message: String, cause: (any Error)? = nil) -> ArtifactError {
        ArtifactError(
            .invalidManifest, path: path, message,
            hint: "restore the file from a backup or publish the model again", cause: cause)
    }
}
