import CHearthLinux
import Glibc

/// The stream for messages to people and logs.
package enum StandardError {
    /// Writes `text` in one call; what cannot be written is lost, as there is nowhere left to say so.
    package static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = unsafe Glibc.write(2, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if written > 0 {
                    offset += written
                } else if written == 0 || hearth_errno() != EINTR {
                    return
                }
            }
        }
    }
}
