import HearthArtifacts
import HearthLifecycle
import HearthRegistry

/// `registry_index.csv`, after a command has changed the registry.
enum IndexFile {
    /// Writes it; what prevents that is said, and changes nothing of the command's success.
    static func refresh(_ store: any RegistryStore, _ directory: ModelDirectory) {
        guard let warning = RegistryIndex.refresh(store: store, directory: directory) else { return }
        StandardErrorText.line("warning: \(warning)")
    }
}
