package import HearthCore
import Glibc

/// Model files of other libraries that lie in the model directory and are named by the registry's `model_path`.
///
/// Such a file is served as it is: converted in memory, and the conversion kept beside it as `<file>.hearth`. Nothing
/// but that is ever written, and the file itself is never moved, changed or quarantined.
extension ModelDirectory {
    /// The file, relative to the directory, that a registry row names instead of its version's folder; nil when the
    /// row names the folder.
    ///
    /// - Throws: `.pathTraversal` for a path that leads out of the directory, also through symbolic links; `.notFound`
    ///   when there is neither the file nor the version's folder.
    package func original(named modelPath: String, of id: ModelID) throws(ArtifactError) -> String? {
        guard modelPath != id.text else { return nil }
        let file = String(try validatePath(modelPath).dropFirst(path.utf8.count == 1 ? 1 : path.count + 1))
        guard file != id.text else { return nil }
        do throws(SystemError) {
            let descriptor = try root.open(beneath: file, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            return try descriptor.status(subject: file).kind == .directory ? nil : file
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR {
                // As before there were such rows: the version's own folder counts.
                if (try? openFolder(id)) != nil { return nil }
                throw ArtifactError(
                    .notFound, path: "\(path)/\(file)",
                    "no such file, which the registry names as model_path of '\(id)'",
                    hint: "put the file back, or register where it is now", cause: error)
            }
            throw ArtifactError(error, path: "\(path)/\(file)")
        }
    }

    /// Reads a file that ``original(named:of:)`` has found.
    ///
    /// Throws what ``ModelFile/init(path:fileByteCountMax:)`` throws.
    package func readOriginal(_ file: String) throws(ArtifactError) -> ModelFile {
        let subject = "\(path)/\(file)"
        let descriptor = try onSystemError(about: subject) { () throws(SystemError) in
            try root.open(beneath: file, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        }
        return try ModelFile(descriptor: descriptor, path: subject, fileByteCountMax: limits.fileByteCountMax)
    }

    /// The name of the conversion that is kept beside the file `original`.
    package static func conversionName(of original: String) -> String { "\(original).hearth" }

    /// The conversion that is kept beside `original`; nil when there is none, or it is of another original or another
    /// converter.
    ///
    /// Throws what ``MappedArtifact/read(descriptor:subject:byteCountMax:)`` throws.
    package func conversion(of original: String, key: ConversionKey) throws(ArtifactError) -> MappedArtifact? {
        let name = Self.conversionName(of: original)
        let descriptor: FileDescriptor
        do {
            descriptor = try root.open(beneath: name, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            guard error.code != ENOENT else { return nil }
            throw ArtifactError(error, path: "\(path)/\(name)")
        }
        // A conversion may be somewhat larger than its original: the limit is for what people bring.
        let (limit, overflow) = limits.fileByteCountMax.multipliedReportingOverflow(by: 4)
        let artifact = try MappedArtifact.read(
            descriptor: descriptor, subject: "\(path)/\(name)", byteCountMax: overflow ? .max : limit)
        return key.matches(artifact) ? artifact : nil
    }

    /// Keeps a conversion beside `original`: written elsewhere, then moved over what was there in one step, so that
    /// nobody ever sees half of one.
    ///
    /// - Parameter bytes: a whole `model.hearth`.
    /// - Throws: `.permissionDenied`, `.diskFull`, `.system`, when it cannot be kept; nothing has changed then.
    package func keepConversion(_ bytes: [UInt8], of original: String, id: ModelID) throws(ArtifactError) {
        let name = Self.conversionName(of: original)
        let components = name.split(separator: "/").map(String.init)
        let parent = components.dropLast().joined(separator: "/")
        let staging = try open(.staging)
        let draft = Self.areaName(id)
        try onSystemError(about: "\(path)/\(name)") { () throws(SystemError) in
            let folder = try root.open(beneath: parent.isEmpty ? "." : parent, flags: O_RDONLY | O_DIRECTORY)
            do throws(SystemError) {
                let file = try staging.open(
                    beneath: draft, flags: O_WRONLY | O_CREAT | O_EXCL, mode: Self.filePermissions)
                try file.setPermissions(Self.filePermissions, subject: draft)
                try file.write(bytes, subject: draft)
                try file.synchronize(subject: draft)
                try staging.rename(draft, over: components[components.count - 1], in: folder)
            } catch {
                try? staging.removeTree(draft)
                throw error
            }
        }
    }
}
