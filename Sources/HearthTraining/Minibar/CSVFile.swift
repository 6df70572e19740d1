import Glibc
import HearthCore

/// Writes generated readings to a file.
package enum CSVFile {
    /// Writes header and rows to `path`, replacing a file that is there.
    ///
    /// Throws ``TrainingError``.
    package static func write(_ readings: [MinibarReading], to path: String) throws(TrainingError) {
        let text = MinibarReading.csv(of: readings)
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw failure(path, SystemError.last("open", path)) }
        let descriptor = FileDescriptor(owning: number)
        let outcome: Result<Void, SystemError> = unsafe Array(text.utf8).withUnsafeBytes { bytes in
            do throws(SystemError) {
                return .success(try unsafe descriptor.write(bytes, subject: path))
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = outcome { throw failure(path, error) }
    }

    private static func failure(_ path: String, _ cause: SystemError) -> TrainingError {
        TrainingError(
            .unwritableFile, path: path, "cannot be written (\(SystemError.text(of: cause.code)))",
            hint: "check that the folder exists and may be written to", cause: cause)
    }
}
