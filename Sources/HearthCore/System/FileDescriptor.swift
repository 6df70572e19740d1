import CHearthLinux
import Glibc

/// An open file descriptor with exactly one owner; closed at the end of its life.
package struct FileDescriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes over `number`.
    package init(owning number: Int32) {
        self.number = number
    }

    deinit {
        _ = Glibc.close(number)
    }

    /// Gives the descriptor away: the caller closes it.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// Writes all of `bytes`. Throws ``SystemError``.
    package func write(_ bytes: UnsafeRawBufferPointer, subject: String) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe Glibc.write(number, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if written < 0 {
                if hearth_errno() == EINTR { continue }
                throw SystemError.last("write", subject)
            }
            offset += written
        }
    }

    /// Reads until `buffer` is full or the file ends; returns the bytes read. Throws ``SystemError``.
    package func read(into buffer: UnsafeMutableRawBufferPointer, subject: String) throws(SystemError) -> Int {
        var offset = 0
        while offset < buffer.count {
            let count = unsafe Glibc.read(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            if count < 0 {
                if hearth_errno() == EINTR { continue }
                throw SystemError.last("read", subject)
            }
            if count == 0 { break }
            offset += count
        }
        return offset
    }

    /// Waits until the content and the metadata are on the disk. Throws ``SystemError``.
    package func synchronize(subject: String) throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError.last("fsync", subject) }
    }
}
