import HearthArtifacts
import HearthCore
package import HearthRegistry

extension RegistryStore {
    /// Registers a version whose files are in place: the `commit` of a publisher.
    ///
    /// When the registry does not say whether it took the version, it is asked; when it cannot be asked, the outcome
    /// stays open for the janitor.
    ///
    /// - Throws: ``RegistryError`` when the version was not taken, `UncertainCommit` when that is not known.
    package func commit(_ version: ModelVersion, actor: String) throws {
        do throws(RegistryError) {
            try register(version, actor: actor)
        } catch {
            guard error.code == .unavailable else { throw error }
            let found: ModelVersion?
            do throws(RegistryError) {
                found = try self.version(version.modelID)
            } catch {
                throw UncertainCommit(cause: error)
            }
            if found == nil { throw error }
        }
    }
}
