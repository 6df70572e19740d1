import Glibc
import HearthCore
import HearthRegistry

/// Results of a grid as they come in: whole rows in `NAME.partial`, which becomes `NAME` when all are there.
///
/// A process that ends in between leaves the rows that were done under the partial name, and no file that looks
/// finished. The partial file of another run is written anew.
struct GridFile: ~Copyable {
    let path: String
    private let partialPath: String
    private let descriptor: FileDescriptor

    private init(path: String, partialPath: String, descriptor: consuming FileDescriptor) {
        self.path = path
        self.partialPath = partialPath
        self.descriptor = descriptor
    }

    /// Throws ``TrainingError`` when the file cannot be made, or `path` is there already.
    static func make(_ path: String, header: [String]) throws(TrainingError) -> GridFile {
        guard unsafe access(path, F_OK) != 0 else {
            throw TrainingError(
                .unwritableFile, path: path, "is there already", hint: "move it away, or write to another folder")
        }
        let partialPath = path + ".partial"
        let descriptor: FileDescriptor
        do throws(SystemError) {
            descriptor = try FileDescriptor.open(
                partialPath, flags: O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, mode: 0o644)
        } catch {
            throw failure(partialPath, error)
        }
        let file = GridFile(path: path, partialPath: partialPath, descriptor: descriptor)
        try file.append(header)
        return file
    }

    /// Writes one row whole.
    func append(_ fields: [String]) throws(TrainingError) {
        var bytes: [UInt8] = []
        DelimitedText.append(fields, to: &bytes)
        let outcome: Result<Void, SystemError> = unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                return .success(try unsafe descriptor.write(buffer, subject: partialPath))
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = outcome { throw Self.failure(partialPath, error) }
    }

    /// Makes the rows safe on the disk and gives the file its name.
    consuming func finish() throws(TrainingError) {
        guard fsync(descriptor.number) == 0 else { throw Self.failure(partialPath, .last("fsync", partialPath)) }
        guard unsafe rename(partialPath, path) == 0 else { throw Self.failure(path, .last("rename", path)) }
    }

    private static func failure(_ path: String, _ cause: SystemError) -> TrainingError {
        TrainingError(
            .unwritableFile, path: path, "cannot be written (\(SystemError.text(of: cause.code)))",
            hint: "check that the folder exists, may be written to and has room", cause: cause)
    }
}
