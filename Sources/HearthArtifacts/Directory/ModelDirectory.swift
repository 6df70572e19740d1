import HearthCore
import CHearthLinux
import Glibc

/// The folder that holds all versions of all models, one folder per version named by its ``ModelID``.
///
///     <root>/<model_id>/         a published version: manifest.json, model.hearth, meta.json, ...; never written again
///     <root>/.staging/<id>.<n>/  a version being published; its writer holds the folder's lock (flock)
///     <root>/.trash/<id>.<n>/    a version being deleted
///     <root>/.quarantine/<id>.<n>/  a damaged version, with the reason in reason.txt
///     <root>/.changed            written after every publish: what inotify watches
///
/// Everything is opened beneath the root's own descriptor by id and fixed names, never by a path from a client (C8).
/// `.gitkeep`,
/// `README.md`, `registry.sqlite*`, names with a leading dot and plain files are never taken for versions (R62).
///
/// Safe to use from any thread and from several processes at once. Calls block on the disk: not for the data plane.
package final class ModelDirectory: Sendable {
    /// What a process may do in the directory.
    package enum Access: Sendable {
        case readOnly
        case readWrite
    }

    /// The file that every publish writes, directly below ``path``: a hint for inotify (IN_CLOSE_WRITE).
    package static let changeFileName = ".changed"
    static let folderPermissions: UInt32 = 0o755
    static let filePermissions: UInt32 = 0o644

    /// Absolute, without symbolic links.
    package let path: String
    package let limits: ArtifactLimits
    let root: FileDescriptor

    /// Opens the model directory.
    ///
    /// - Parameters:
    ///   - create: makes the directory, and those above it, where they are missing (R23), with permissions 0755 (R64).
    ///   - access: `.readWrite` refuses a directory that this process cannot write.
    /// - Throws: `.notFound`, `.permissionDenied`, `.system`.
    package init(
        _ path: String, create: Bool = false, access: Access = .readWrite, limits: ArtifactLimits = ArtifactLimits()
    ) throws(ArtifactError) {
        if create { try Self.makeDirectories(path) }
        do {
            root = try FileDescriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
        } catch {
            var refusal = ArtifactError(error, path: path)
            if refusal.code == .notFound { refusal.hint = "create the model directory, or set ML_MODELS_DIR to it" }
            throw refusal
        }
        guard let resolved = unsafe realpath(path, nil) else {
            throw ArtifactError(SystemError.last("realpath", path), path: path)
        }
        self.path = unsafe String(cString: resolved)
        unsafe free(resolved)
        self.limits = limits
        if access == .readWrite, unsafe faccessat(root.number, ".", W_OK | X_OK, AT_EACCESS) != 0 {
            let error = SystemError.last("access", path)
            throw ArtifactError(
                .permissionDenied, path: path,
                "the model directory cannot be written by user \(geteuid()): \(SystemError.text(of: error.code))",
                hint: "let the user that runs Hearth own it (chown -R <user> \(path)), or mount it read-write",
                cause: error)
        }
    }

    private static func makeDirectories(_ path: String) throws(ArtifactError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            prefix += component
            if unsafe mkdir(prefix, folderPermissions) == 0 {
                guard unsafe chmod(prefix, folderPermissions) == 0 else {
                    throw ArtifactError(SystemError.last("chmod", prefix), path: prefix)
                }
            } else if hearth_errno() != EEXIST {
                let error = SystemError.last("mkdir", prefix)
                // The parents of a path may be unreadable or read-only and still be there.
                guard unsafe access(prefix, F_OK) == 0 else { throw ArtifactError(error, path: prefix) }
            }
            prefix += "/"
        }
    }
}

/// Folders of Hearth's own below the root.
enum Area: String, CaseIterable {
    case staging = ".staging"
    case trash = ".trash"
    case quarantine = ".quarantine"
}

extension ModelDirectory {
    /// Opens an area, making it when it is missing.
    func open(_ area: Area) throws(ArtifactError) -> FileDescriptor {
        try onSystemError(about: "\(path)/\(area.rawValue)") { () throws(SystemError) in
            do throws(SystemError) {
                return try root.open(beneath: area.rawValue, flags: O_RDONLY | O_DIRECTORY)
            } catch {
                guard error.code == ENOENT else { throw error }
            }
            do throws(SystemError) {
                return try root.makeDirectory(area.rawValue, mode: Self.folderPermissions)
            } catch {
                // Another process was first.
                guard error.code == EEXIST else { throw error }
                return try root.open(beneath: area.rawValue, flags: O_RDONLY | O_DIRECTORY)
            }
        }
    }

    /// The entry of an area that stands for `id`: unique, and still the name of a file.
    static func areaName(_ id: ModelID) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return "\(id.text)." + String((0..<10).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }

    /// Whether `name` is that of a file that lives beside the versions and never is one.
    static func isReserved(_ name: String) -> Bool {
        name.hasPrefix(".") || name == "README.md" || name == indexFileName || name.hasPrefix("registry.sqlite")
    }

    /// The path of a version's folder, for messages.
    func path(of id: ModelID) -> String { "\(path)/\(id.text)" }
}
