import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry

/// Where a trained model goes, opened.
struct Publication {
    let directory: ModelDirectory
    let store: any RegistryStore
    /// Where the version is pushed before it is registered; nil for nowhere.
    let remote: (any ArtifactStore)?
    /// Who the registry's events name.
    let actor: String

    /// A version that was published, and what is printed of it.
    struct Outcome {
        var modelID: ModelID
        var name: ModelName
        var path: String
        var sizeBytes: Int64
        var accuracy: Double?
        var json: [String: JSONValue]
        var text: String
    }

    /// Writes `registry_index.csv` anew (R134).
    func refreshIndex() {
        if let warning = RegistryIndex.refresh(store: store, directory: directory) {
            StandardError.write("warning: \(warning)\n")
        }
    }
}
