import HearthCore

/// Files as arrays of bytes; every function throws ``SystemError``.
extension FileDescriptor {
    /// Writes all of `bytes` from `offset` on.
    func write(_ bytes: [UInt8], at offset: Int, subject: String) throws(SystemError) {
        var failure: SystemError?
        unsafe bytes.withUnsafeBytes { bytes in
            do throws(SystemError) {
                try unsafe write(bytes, at: offset, subject: subject)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Up to `count` bytes from `offset` on; fewer only where the file ends.
    func bytes(at offset: Int, count: Int, subject: String) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                filled = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: offset, subject: subject)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
