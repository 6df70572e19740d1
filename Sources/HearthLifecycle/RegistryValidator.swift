package import HearthArtifacts
package import HearthCore
package import HearthRegistry
import HearthServing

/// Holds every version against its files: `validate_registry_entry` (R25, R161).
///
/// A version is good when its manifest is the registered one, every listed file has its size and SHA-256, and the
/// server's own loader takes the model, golden vectors included. Changes nothing: a damaged version is reported, and
/// stays where it is.
package struct RegistryValidator: Sendable {
    /// What was found of one version.
    package struct Finding: Sendable {
        package var modelID: ModelID
        package var name: ModelName
        package var status: VersionStatus
        /// Empty for a good version.
        package var problems: [String]
        package var byteCount: Int
    }

    private let store: any RegistryStore
    private let directory: ModelDirectory

    package init(store: any RegistryStore, directory: ModelDirectory) {
        self.store = store
        self.directory = directory
    }

    /// Checks the versions of `name`, or of all registered models, newest first; failed trainings and versions that
    /// were removed have nothing to check.
    ///
    /// Throws `RegistryError` when the registry cannot be read.
    package func validate(
        _ name: ModelName? = nil, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(RegistryError) -> [Finding] {
        let versions = try store.versions(of: name, limit: .max).filter { $0.path != nil && $0.status != .failed }
        var findings: [Finding] = []
        for (index, version) in versions.enumerated() {
            findings.append(validate(version))
            progress(index + 1, versions.count)
        }
        return findings
    }

    /// Checks one version.
    package func validate(_ version: ModelVersion) -> Finding {
        var finding = Finding(
            modelID: version.modelID, name: version.name, status: version.status, problems: [], byteCount: 0)
        do throws(ArtifactError) {
            if let path = version.path, let original = try directory.original(named: path, of: version.modelID) {
                let file = try directory.readOriginal(original)
                finding.byteCount = file.byteCount
                _ = try ModelImport.convert(
                    file, limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax),
                    withImportances: false)
                return finding
            }
            let (manifest, digest) = try directory.manifest(of: version.modelID)
            if !version.manifestDigest.isEmpty, "\(digest)" != version.manifestDigest {
                finding.problems.append(
                    "manifest.json has SHA-256 \(digest), the registry says \(version.manifestDigest)")
            }
            finding.byteCount = manifest.files.reduce(0) { $0 + $1.byteCount }
            finding.problems += try directory.problems(ofFilesOf: version.modelID, manifest)
            let opened = try directory.open(version.modelID)
            do throws(CallFailure) {
                _ = try ArtifactLoader.check(opened.artifact, subject: version.modelID.text)
            } catch {
                finding.problems.append(error.message)
            }
        } catch {
            finding.problems.append("\(error)")
        }
        return finding
    }
}
