import Glibc
package import HearthArtifacts
import HearthCore
package import HearthRegistry

/// `registry_index.csv`: what the registry holds, in the specification's columns, for people and programs that read the
/// file (R134, C12).
///
/// An export: the database is the truth, and nobody reads the file to serve. Whoever changes the registry calls
/// ``refresh(store:directory:)`` once when the change is made.
package enum RegistryIndex {
    /// Every version that has files, and every failed training; oldest first, as a program appends them.
    ///
    /// Throws ``RegistryError`` when the registry cannot be read.
    package static func entries(of store: any RegistryStore) throws(RegistryError) -> [ModelRegistryEntry] {
        try store.versions(of: nil, limit: .max).reversed().compactMap(ModelRegistryEntry.init)
    }

    /// Writes the index into the model directory.
    ///
    /// Throws `RegistryError` or `ArtifactError`; the index that was there stays then.
    package static func export(store: any RegistryStore, directory: ModelDirectory) throws {
        try directory.replaceIndex { head in
            let versions = try store.versions(of: nil, limit: .max)
            let entries = versions.reversed().compactMap(ModelRegistryEntry.init)
            return (RegistryIndexText.encode(entries), isForeign(head, known: versions))
        }
    }

    /// Whether an index begins with a version that this registry never had: a Python program's, which `hearth registry
    /// import` may still have to read.
    private static func isForeign(_ head: [UInt8], known versions: [ModelVersion]) -> Bool {
        guard let row = try? RegistryIndexText.decode(head).first, let entry = row.entry else { return false }
        return !versions.contains { $0.modelID.text == entry.modelID }
    }

    /// The same after a change, which has succeeded whatever becomes of the index: returns a warning, or nil.
    package static func refresh(store: any RegistryStore, directory: ModelDirectory) -> String? {
        do {
            try export(store: store, directory: directory)
            return nil
        } catch {
            return "\(ModelDirectory.indexFileName) was not written: \(error)"
        }
    }

    /// Writes the index to any file, whole and on the disk or not at all.
    ///
    /// Throws `RegistryError` or `SystemError`; what was there stays then.
    package static func export(store: any RegistryStore, file: String) throws {
        let bytes = RegistryIndexText.encode(try entries(of: store))
        let parts = file.split(separator: "/")
        guard let name = parts.last.map(String.init), !file.hasSuffix("/") else {
            throw SystemError("open", file, code: EISDIR)
        }
        let parent = String(file.dropLast(name.utf8.count))
        let folder = try FileDescriptor.open(parent.isEmpty ? "." : parent, flags: O_RDONLY | O_DIRECTORY)
        let draft = ".\(name).\(UInt64.random(in: 0...UInt64.max))"
        do throws(SystemError) {
            let draftFile = try folder.open(beneath: draft, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
            try draftFile.write(bytes, subject: file)
            try draftFile.synchronize(subject: file)
            try folder.rename(draft, over: name, in: folder)
            try folder.synchronize(subject: file)
        } catch {
            try? folder.removeTree(draft)
            throw error
        }
    }
}
