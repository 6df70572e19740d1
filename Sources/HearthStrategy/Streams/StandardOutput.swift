import Glibc
import HearthCore

/// Standard output as the place of a signal log: one write per record, so that a pipe sees whole lines.
package enum StandardOutput {
    /// Writes all of `bytes`.
    ///
    /// Throws ``StrategyError`` when nobody reads any more.
    package static func write(_ bytes: [UInt8]) throws(StrategyError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(STDOUT_FILENO, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0, errno != EINTR {
                throw StrategyError(.system, "a signal cannot be written: \(SystemError.last("write", "stdout"))")
            }
            done += max(0, count)
        }
    }
}
