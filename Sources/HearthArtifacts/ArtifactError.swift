package import HearthCore
import Glibc

/// Why an artifact could not be read or published, and what to do about it.
package struct ArtifactError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, to switch on.
    package enum Code: Sendable, Hashable, CaseIterable {
        /// No such version, file or directory.
        case notFound
        /// A version of that id is there already; versions are never written again.
        case alreadyExists
        /// The version's folder lacks a file that every version has.
        case incomplete
        /// Not a `model.hearth` at all.
        case notAnArtifact
        /// A format that this build does not read.
        case unsupportedVersion
        /// The file ends before its content does, or got shorter while it was read.
        case truncated
        /// The structure contradicts itself.
        case corrupt
        /// The bytes are not those that were published.
        case digestMismatch
        /// A file names a class, function or instruction that is not among those that are read; nothing of it was run.
        case refused
        /// Legal content that is not read: a codec, an element type, a form that no supported library writes.
        case unsupported
        /// The content asks for more memory, nesting or work than it may have.
        case overBudget
        /// A value of a file is not what its class has in the versions that are read.
        case unexpectedContent
        /// `manifest.json` or `meta.json` says what it cannot say.
        case invalidManifest
        /// A name that no file or version of the model directory may have.
        case invalidName
        /// One file is larger than allowed (R68).
        case tooLarge
        /// All versions together would be larger than allowed (R69).
        case quotaExceeded
        /// A path that leads out of the model directory (R28).
        case pathTraversal
        case permissionDenied
        case diskFull
        /// The caller's own check of the reopened artifact failed; nothing was published.
        case verificationFailed
        /// The registry did not take the version; nothing was published.
        case commitFailed
        /// Whether the registry took the version is not known; the folder stays, and the janitor settles it.
        case commitUncertain
        /// A store on another machine does not answer, or not in time; what is local is not touched by that.
        case unavailable
        /// Any other failure of a system call.
        case system
    }

    package var code: Code
    /// The file or folder it is about, as a person would look it up.
    package var path: String
    /// Where in the file; nil when the place says nothing.
    package var byteOffset: Int?
    /// What was found and what was expected.
    package var message: String
    /// The next step for the person who reads this.
    package var hint: String
    package var cause: (any Error)?

    package init(
        _ code: Code, path: String, byteOffset: Int? = nil, _ message: String, hint: String, cause: (any Error)? = nil
    ) {
        self.code = code
        self.path = path
        self.byteOffset = byteOffset
        self.message = message
        self.hint = hint
        self.cause = cause
    }

    package var description: String {
        "\(path)\(byteOffset.map { "@\($0)" } ?? ""): \(message); \(hint)"
    }

    /// Whether the same call may succeed a moment later (C4): a damaged file never does.
    package var isTransient: Bool {
        if code == .unavailable { return true }
        guard code == .system, let error = cause as? SystemError else { return false }
        return [EINTR, EAGAIN, EIO, ENFILE, EMFILE, ENOMEM, ETIMEDOUT].contains(error.code)
    }
}

extension ArtifactError {
    /// A failed system call on `path`, with the code that its errno stands for.
    package init(_ error: SystemError, path: String) {
        let (code, hint): (Code, String) =
            switch error.code {
            case ENOENT, ENOTDIR:
                (.notFound, "check the model directory and the id with 'hearth models list'")
            case EEXIST, ENOTEMPTY:
                (.alreadyExists, "publish under a new model_id: versions are never overwritten")
            case EACCES, EPERM:
                (.permissionDenied, "give the user of this process read and write access: folders 0755, files 0644")
            case EROFS:
                (.permissionDenied, "the file system is mounted read-only: mount the model directory read-write")
            case ENOSPC, EDQUOT:
                (.diskFull, "free space on the volume of the model directory, e.g. with 'hearth clean --keep 1'")
            case EXDEV, ELOOP:
                (.pathTraversal, "symbolic links and '..' are not followed beneath the model directory")
            case EMFILE, ENFILE:
                (.system, "raise the limit of open files (ulimit -n)")
            case EIO:
                (.system, "the volume reports an input/output error: check the disk and the kernel log")
            default:
                (.system, "see the system call's manual page for this error")
            }
        let text = code == .pathTraversal ? "Path traversal attempt detected (\(error))" : "\(error)"
        self.init(code, path: path, text, hint: hint, cause: error)
    }
}

/// Runs `body` and turns its ``SystemError`` into an ``ArtifactError`` about `path`.
func onSystemError<Value: ~Copyable>(
    about path: String, _ body: () throws(SystemError) -> Value
) throws(ArtifactError) -> Value {
    do {
        return try body()
    } catch {
        throw ArtifactError(error, path: path)
    }
}
