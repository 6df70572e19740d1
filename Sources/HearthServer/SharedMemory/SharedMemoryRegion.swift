import Glibc
import HearthCore

/// A part of a client's file in /dev/shm, open for reading and, where its mode lets us, for writing.
///
/// The file is never mapped. Its owner may truncate it at any time, and touching a page that is gone would end this
/// process with SIGBUS (a file of shm_open cannot be sealed against that). pread and pwrite fail instead, or come up
/// short, and that is an error of one call. It costs one copy of memory; /dev/shm is no disk, so a worker may do it.
package final class SharedMemoryRegion: Sendable {
    package let name: String
    package let key: String
    /// Where in the file the region begins.
    package let offset: Int
    package let byteCount: Int
    private let file: FileDescriptor
    private let isWritable: Bool

    init(name: String, key: String, offset: Int, byteCount: Int, file: consuming FileDescriptor, isWritable: Bool) {
        self.name = name
        self.key = key
        self.offset = offset
        self.byteCount = byteCount
        self.file = file
        self.isWritable = isWritable
    }

    /// Whether `count` bytes from `start` of the region lie in it.
    func contains(from start: Int, count: Int) -> Bool {
        start >= 0 && count >= 0 && start <= byteCount && count <= byteCount - start
    }

    /// Fills `buffer` from `start` of the region, which ``contains(from:count:)``.
    func read(from start: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CallFailure) {
        precondition(contains(from: start, count: buffer.count), "places are checked before they are read")
        let count = try attempt { () throws(SystemError) in
            unsafe try file.read(into: buffer, at: offset + start, subject: key)
        }
        guard count == buffer.count else { throw shrunk("\(count) of \(buffer.count) bytes could be read from") }
    }

    /// Writes `bytes` from `start` of the region, which ``contains(from:count:)``.
    func write(_ bytes: ByteView, from start: Int) throws(CallFailure) {
        precondition(contains(from: start, count: bytes.count), "places are checked before they are written")
        try checkWritable()
        // Writing beyond the end would make the file longer. Who truncates between this look and the write gets just
        // that, in a file of its own.
        let end = offset + start + bytes.count
        let found = try attempt { () throws(SystemError) in try file.status(subject: key).byteCount }
        guard found >= end else { throw shrunk("\(end) bytes are expected, \(found) are in") }
        try attempt { () throws(SystemError) in
            unsafe try file.write(bytes.buffer, at: offset + start, subject: key)
        }
    }

    /// Refuses a region whose file could be opened only for reading.
    func checkWritable() throws(CallFailure) {
        guard !isWritable else { return }
        throw CallFailure(
            .failedPrecondition,
            "shared memory region '\(name)' can only be read: hearthd may not write to '\(key)'; give its user or group "
                + "write permission (chmod g+w), and register the region again")
    }

    private func shrunk(_ what: String) -> CallFailure {
        CallFailure(
            .failedPrecondition,
            "shared memory region '\(name)' is not whole any more: \(what) '\(key)'; leave the file as long as it was "
                + "while the region is registered")
    }

    /// What fails for the system fails for the call.
    private func attempt<Result>(_ body: () throws(SystemError) -> Result) throws(CallFailure) -> Result {
        do throws(SystemError) {
            return try body()
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: SystemError) -> CallFailure {
        switch error.code {
        case ENOSPC, EDQUOT, EFBIG:
            CallFailure(
                .resourceExhausted,
                "shared memory region '\(name)' could not be written: \(error); fill the file before it is registered")
        default: CallFailure(.internalError, "shared memory region '\(name)': \(error)")
        }
    }
}
