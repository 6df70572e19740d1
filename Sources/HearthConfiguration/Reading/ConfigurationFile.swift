import Glibc
import HearthCore

/// The bytes of a configuration file.
enum ConfigurationFile {
    /// Reads the file whole; throws ``ConfigurationError`` when it is not there, no file, or too large.
    static func bytes(at path: String) throws(ConfigurationError) -> [UInt8] {
        do throws(SystemError) {
            // Opening a FIFO would wait for its writer.
            let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            guard try file.status(subject: path).kind == .file else {
                throw SystemError("read", path, code: EISDIR)
            }
            // One byte more than allowed, so that a larger file shows.
            var bytes = [UInt8](repeating: 0, count: ConfigurationLimits.byteCountMax + 1)
            let outcome: Result<Int, SystemError> = unsafe bytes.withUnsafeMutableBytes { buffer in
                do throws(SystemError) {
                    return .success(try unsafe file.read(into: buffer, subject: path))
                } catch {
                    return .failure(error)
                }
            }
            return Array(bytes.prefix(try outcome.get()))
        } catch {
            throw ConfigurationError(
                path: path, "cannot be read: \(SystemError.text(of: error.code))",
                hint: "give the path of a readable file such as config/system.yml")
        }
    }
}
