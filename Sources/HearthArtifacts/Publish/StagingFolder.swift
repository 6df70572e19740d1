import CHearthLinux
import Glibc
import HearthCore

/// The folder in which one version is written before it is moved into place.
///
/// Its lock (flock) is held from the start until the registry has taken the version or everything is undone. The kernel
/// gives the lock back when the writer dies, so a free lock tells the janitor that nobody is at work here: across
/// containers, and without process ids that mean something else meanwhile. The lock stays with the folder when it is
/// moved.
struct StagingFolder: ~Copyable {
    /// `.staging`.
    let area: FileDescriptor
    let folder: FileDescriptor
    /// The folder's entry in the area.
    let name: String
    /// Absolute, for messages.
    let path: String

    /// Makes the folder `name` in `area` and locks it.
    init(area: consuming FileDescriptor, name: String, path: String) throws(ArtifactError) {
        folder = try onSystemError(about: path) { () throws(SystemError) in
            try Self.makeLocked(name, in: area, path: path)
        }
        self.area = area
        self.name = name
        self.path = path
    }

    private static func makeLocked(
        _ name: String, in area: borrowing FileDescriptor, path: String
    ) throws(SystemError) -> FileDescriptor {
        let folder = try area.makeDirectory(name, mode: ModelDirectory.folderPermissions)
        do {
            _ = try folder.lock(.exclusive, subject: path)
        } catch {
            // Some network file systems have no locks: the janitor then goes by age alone.
            guard error.isUnsupportedLock else { throw error }
        }
        return folder
    }

    /// Writes a new file with permissions 0644 and waits until it is on the disk.
    ///
    /// - Parameter step: called when the file is there and empty, when it is written, and when it is on the disk.
    func write(
        _ file: String, _ bytes: [UInt8], step: (WriteStep) -> Void = { _ in }
    ) throws(ArtifactError) {
        try unsafe write(file, step: step) { write throws(ArtifactError) in
            try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
                try unsafe write(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    /// Does the same with bytes that `fill` gives in pieces, in order.
    func write(
        _ file: String, step: (WriteStep) -> Void = { _ in },
        fill: ((UnsafeRawBufferPointer) throws(ArtifactError) -> Void) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        let subject = "\(path)/\(file)"
        let descriptor = try onSystemError(about: subject) { () throws(SystemError) in
            try folder.open(beneath: file, flags: O_WRONLY | O_CREAT | O_EXCL, mode: ModelDirectory.filePermissions)
        }
        try onSystemError(about: subject) { () throws(SystemError) in
            try descriptor.setPermissions(ModelDirectory.filePermissions, subject: subject)
        }
        step(.created)
        try unsafe fill { piece throws(ArtifactError) in
            try onSystemError(about: subject) { () throws(SystemError) in
                try unsafe descriptor.write(piece, subject: subject)
            }
        }
        step(.written)
        try onSystemError(about: subject) { () throws(SystemError) in try descriptor.synchronize(subject: subject) }
        step(.synchronized)
    }

    enum WriteStep {
        case created
        case written
        case synchronized
    }

    /// Removes the folder as far as that goes; the janitor does the rest.
    func discard() {
        try? area.removeTree(name)
    }

    /// Gives up the lock and closes the folder.
    ///
    /// Until then it is held.
    consuming func close() {}
}

extension SystemError {
    /// Whether the file system has no locks at all.
    var isUnsupportedLock: Bool { code == ENOLCK || code == EOPNOTSUPP || code == ENOSYS }
}
