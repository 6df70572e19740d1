import Glibc
import HearthArtifacts
import HearthCore
package import HearthRegistry

/// A registry as the specification's Python program keeps it: `registry_index.csv` and a folder per version (R128).
///
/// Everything is opened beneath the folder's own descriptor: neither a row's path nor a symbolic link leads out of it
/// (R28). Nothing is written.
package final class PythonRegistry: Sendable {
    /// The files of one version.
    struct Folder {
        /// Relative to the registry's folder.
        var path: String
        /// The model's file in it.
        var modelName: String
    }

    /// What a model's file is called: the specification's name first (R129).
    private static let modelNames = [
        "model.joblib", "model.pkl", "model.pickle", "model.json", "model.ubj", "model.txt",
    ]
    /// Where the index may be, below the folder that a person names.
    private static let indexFolders = ["", "outputs/ml_models/", "ml_models/", "outputs/"]

    /// As given.
    package let path: String
    /// The folder of the index, with a stroke behind it; empty for the registry's own.
    let indexFolder: String
    /// The rows of the index, in its order.
    package let rows: [RegistryIndexText.Row]
    private let root: FileDescriptor
    private let absolutePath: String

    /// Opens a registry and reads its index.
    ///
    /// Throws `ArtifactError` for a folder without an index, `RegistryError` for an index without the heading.
    package init(_ path: String) throws {
        self.path = path
        let root: FileDescriptor
        do throws(SystemError) {
            root = try FileDescriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
        } catch {
            throw ArtifactError(error, path: path)
        }
        absolutePath = FolderListing.absolute(path)
        var index: (folder: String, bytes: [UInt8])?
        for folder in Self.indexFolders where index == nil {
            let name = folder + ModelDirectory.indexFileName
            let file: FileDescriptor
            do throws(SystemError) {
                file = try root.open(beneath: name, flags: Self.reading)
            } catch {
                continue
            }
            let bytes = try ModelFile(
                descriptor: file, path: "\(path)/\(name)", fileByteCountMax: RegistryIndexText.byteCountMax
            ).bytes
            index = (folder, bytes)
        }
        guard let index else {
            throw ArtifactError(
                .notFound, path: path, "no \(ModelDirectory.indexFileName) found, nor in \(Self.indexFolders[1])",
                hint: "name the folder of the index, or the one above outputs/ml_models")
        }
        indexFolder = index.folder
        rows = try RegistryIndexText.decode(index.bytes)
        self.root = root
    }

    /// The folder of the index.
    package var indexPath: String { indexFolder.isEmpty ? path : "\(path)/\(indexFolder.dropLast())" }

    private static var reading: Int32 { O_RDONLY | O_NONBLOCK | O_NOCTTY }

    /// Where a version's files are: as the row says, else where the specification has them.
    ///
    /// Throws `.notFound` when there is no model; `.pathTraversal` for a path that leads out.
    func folder(of entry: ModelRegistryEntry) throws(ArtifactError) -> Folder {
        var leadsOut = false
        for folder in candidates(entry) {
            for name in Self.modelNames {
                do throws(SystemError) {
                    let file = try root.open(beneath: "\(folder)/\(name)", flags: Self.reading)
                    guard try file.status(subject: name).kind == .file else { continue }
                    return Folder(path: folder, modelName: name)
                } catch {
                    if error.code == EXDEV || error.code == ELOOP { leadsOut = true }
                }
            }
        }
        guard !leadsOut else {
            throw ArtifactError(
                .pathTraversal, path: entry.path, "Path traversal attempt detected: it leads out of \(path)",
                hint: "name a folder of the registry")
        }
        throw ArtifactError(
            .notFound, path: "\(path)/\(indexFolder)\(entry.modelID)", "no model.joblib found",
            hint: "put the files back, or take the row out of the index")
    }

    /// Reads one file of a version; nil when it is not there.
    ///
    /// Throws what reading throws.
    func file(_ name: String, in folder: Folder, byteCountMax: Int) throws(ArtifactError) -> ModelFile? {
        let relative = "\(folder.path)/\(name)"
        let file: FileDescriptor
        do throws(SystemError) {
            file = try root.open(beneath: relative, flags: Self.reading)
        } catch {
            guard error.code != ENOENT else { return nil }
            throw ArtifactError(error, path: "\(path)/\(relative)")
        }
        return try ModelFile(descriptor: file, path: "\(path)/\(relative)", fileByteCountMax: byteCountMax)
    }

    private func candidates(_ entry: ModelRegistryEntry) -> [String] {
        var given = entry.path.replacing("\\", with: "/")
        if given.hasPrefix(absolutePath + "/") { given.removeFirst(absolutePath.count + 1) }
        if Self.modelNames.contains(FolderListing.last(given)) { given = FolderListing.parent(given) }
        while given.hasSuffix("/") { given.removeLast() }
        while given.hasPrefix("./") { given.removeFirst(2) }
        var folders: [String] = []
        if !given.isEmpty {
            // A path of another machine says no more than its last name.
            if !given.hasPrefix("/") { folders += [given, indexFolder + given] }
            folders.append(indexFolder + FolderListing.last(given))
        }
        folders += [indexFolder + entry.modelID, entry.modelID]
        return folders + Self.indexFolders.dropFirst().map { $0 + entry.modelID }
    }
}
