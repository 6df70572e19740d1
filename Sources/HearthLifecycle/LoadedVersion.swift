package import HearthArtifacts
import HearthCore
package import HearthKernels
package import HearthRegistry
import HearthServing

/// A version as a server would hold it: its row and its model, checked against its golden vectors.
package struct LoadedVersion: Sendable {
    package let version: ModelVersion
    package let model: ServableModel

    /// Reads and checks a version's folder, or converts the file that its row names.
    ///
    /// Throws `ArtifactError` for what cannot be read, `CallFailure` for what is damaged.
    package init(_ version: ModelVersion, in directory: ModelDirectory) throws {
        self.version = version
        guard let path = version.path, let original = try directory.original(named: path, of: version.modelID) else {
            model = try Self.model(of: directory.open(version.modelID))
            return
        }
        let file = try ModelImport.convert(
            directory.readOriginal(original),
            limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax))
        let artifact = try MappedArtifact(copying: HearthFile.encode(file.sections()), subject: original)
        model = try ArtifactLoader.check(artifact, subject: version.modelID.text)
    }

    /// The model of an open version.
    ///
    /// Throws `CallFailure` for one that is damaged.
    package static func model(of opened: OpenedVersion) throws -> ServableModel {
        try ArtifactLoader.check(opened.artifact, subject: opened.id.text)
    }
}
