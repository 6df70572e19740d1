import HearthCore
import HearthRegistry

/// The connections of one store to one file.
///
/// Each has its own purpose, so that a long listing never delays the change hint.
struct RegistryConnections: Sendable {
    var identity: FileIdentity
    /// How often the store has opened a replaced file: part of the change hint.
    var incarnation: Int64 = 0
    /// nil in a read-only store.
    var writer: RegistryDatabase?
    var reader: RegistryDatabase
    /// Never writes, so every commit, the store's own included, is another connection's to it: that is what
    /// `PRAGMA data_version` counts.
    var watcher: RegistryDatabase

    /// - Parameter creates: false when the file was there before and must not be made again.
    static func open(
        path: String, mode: SQLiteRegistryStore.Mode, creates: Bool, options: SQLiteRegistryStore.Options
    ) throws(RegistryError) -> RegistryConnections {
        let opener = RegistryOpener(path: path, options: options)
        try opener.checkPlace(creates: creates && mode == .readWrite)
        // Between two openings the file may be replaced once more: then the connections would not be to one file.
        for _ in 0..<3 {
            let before = FileIdentity(path: path)
            var writer: RegistryDatabase?
            switch mode {
            case .readWrite: writer = try opener.openWriter(creates: creates)
            case .readOnly: break
            }
            let reader = try opener.openReader()
            let watcher = try opener.openReader()
            if let identity = FileIdentity(path: path), before == nil || before == identity {
                return RegistryConnections(identity: identity, writer: writer, reader: reader, watcher: watcher)
            }
        }
        throw RegistryError(.unavailable, "\(path) is being replaced again and again", hint: "find out by whom")
    }
}
