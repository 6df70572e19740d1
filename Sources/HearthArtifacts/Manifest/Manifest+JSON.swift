import FoundationEssentials
import HearthCore

/// The text of `manifest.json`. Reading believes nothing: sizes, counts, names and digests are checked before anybody
/// sees them.
extension Manifest {
    /// Indented, keys sorted.
    ///
    /// Throws `.invalidManifest` for what ``init(json:path:)`` would refuse.
    package func json() throws(ArtifactError) -> [UInt8] {
        let wire = ManifestJSON(self)
        let text = try JSONText.encode(wire, path: Self.fileName)
        _ = try Manifest(json: text, path: Self.fileName)
        return text
    }

    /// Reads a manifest of at most ``ArtifactLimits/manifestByteCountMax`` bytes.
    ///
    /// Unknown keys are passed over.
    ///
    /// Throws `.invalidManifest`, `.unsupportedVersion`.
    package init(json: [UInt8], path: String) throws(ArtifactError) {
        guard json.count <= ArtifactLimits.manifestByteCountMax else {
            throw ArtifactError.manifest(
                path, "\(json.count) bytes found, at most \(ArtifactLimits.manifestByteCountMax) expected")
        }
        let wire: ManifestJSON
        do {
            wire = try JSONText.decode(ManifestJSON.self, json, path: path)
        } catch {
            // Another format may have other keys: its version says more than the first key that is missing.
            let version = try? JSONText.decode(ManifestJSON.Version.self, json, path: path).formatVersion
            try Self.check(version ?? Self.formatVersion, path)
            throw error
        }
        try Self.check(wire.formatVersion, path)
        self = try wire.checked(path)
    }

    private static func check(_ version: Int, _ path: String) throws(ArtifactError) {
        guard version != formatVersion else { return }
        throw ArtifactError(
            .unsupportedVersion, path: path,
            "manifest format version \(version) found, version \(formatVersion) is read",
            hint: "use the Hearth release that wrote it, or publish the model again")
    }
}

extension ArtifactError {
    static func manifest(_ path: String, _ message: String, cause: (any Error)? = nil) -> ArtifactError {
        ArtifactError(
            .invalidManifest, path: path, message,
            hint: "restore the file from a backup or publish the model again", cause: cause)
    }
}
