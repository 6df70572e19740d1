import HearthArtifacts
import HearthCore
package import HearthRegistry
import Logging

/// Versions that other machines have published: copied from the store that all share into the model directory, checked
/// on the way, and from then on local (R122).
extension ArtifactLoader {
    /// Whether the version must be fetched before it can be loaded: the registry names its folder, and there is none.
    package func isRemote(_ version: ModelVersion) -> Bool {
        remote != nil && version.path == version.modelID.text && !directory.contains(version.modelID)
    }

    /// Brings the version into the model directory.
    ///
    /// Throws UNAVAILABLE while the store is away, DATA_LOSS for what is not what was registered, and so on; nothing is
    /// placed then.
    func fetch(_ version: ModelVersion) throws(CallFailure) {
        guard let remote else { return }
        let began = MonotonicTime.now()
        do {
            try directory.receive(
                version.modelID, from: remote, expecting: SHA256Digest(hex: version.manifestDigest))
        } catch {
            // Another process of this machine was first.
            guard error.code != .alreadyExists else { return }
            throw CallFailure(
                Self.status(error.code),
                "version '\(version.modelID)' is not on this machine and cannot be fetched: \(error)")
        }
        logger.info(
            "version fetched",
            metadata: [
                "model_id": "\(version.modelID)", "store": "\(remote.place)",
                "milliseconds": "\(Double(MonotonicTime.now() - began) / 1e6)",
            ])
    }
}
