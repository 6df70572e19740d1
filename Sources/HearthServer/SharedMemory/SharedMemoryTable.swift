package import HearthCore
import Glibc
import Synchronization

/// The regions of shared memory that clients have registered, under the user and the name: nobody sees those of others.
///
/// A region stays until it is unregistered or the server ends, also when its client has ended: registering belongs to
/// no connection. Calls look a region up under the lock and read or write it outside; one that is unregistered
/// meanwhile lives until they are done.
package final class SharedMemoryTable: Sendable {
    private struct Key: Hashable {
        var uid: UInt32
        var name: String
    }

    /// Where shm_open(3) puts its files.
    package static let systemDirectory = "/dev/shm"

    private let path: String
    private let directory: FileDescriptor
    private let regions = Mutex<[Key: SharedMemoryRegion]>([:])

    /// - Parameter directory: the folder with the files; ``systemDirectory`` but for tests.
    ///
    /// Throws ``SystemError`` when there is no such folder.
    package init(directory path: String) throws(SystemError) {
        self.path = path
        directory = try .open(path, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Opens `key` and keeps it as `name` of the user. It may wait for the file system: not for workers.
    package func register(
        name: String, key: String, offset: UInt64, byteCount: UInt64, uid: UInt32
    ) throws(CallFailure) {
        guard (1...SharedMemoryLimits.nameByteCountMax).contains(name.utf8.count) else {
            throw CallFailure(
                .invalidArgument,
                "the name of a shared memory region has \(name.utf8.count) bytes; 1 to "
                    + "\(SharedMemoryLimits.nameByteCountMax) are expected")
        }
        let file = try fileName(key)
        guard byteCount > 0, byteCount <= UInt64(SharedMemoryLimits.regionByteCountMax) else {
            throw CallFailure(
                .invalidArgument,
                "shared memory region '\(name)' has byte_size \(byteCount); 1 to "
                    + "\(SharedMemoryLimits.regionByteCountMax) are expected")
        }
        let region = try open(name: name, key: key, file: file, offset: offset, byteCount: Int(byteCount), uid: uid)
        let failure = regions.withLock { regions -> CallFailure? in
            let place = Key(uid: uid, name: name)
            guard regions[place] == nil else {
                return CallFailure(
                    .alreadyExists,
                    "shared memory region '\(name)' of uid \(uid) is registered already; unregister it first")
            }
            let own = regions.keys.count { $0.uid == uid }
            guard own < SharedMemoryLimits.regionsPerUserMax, regions.count < SharedMemoryLimits.regionCountMax else {
                return CallFailure(
                    .resourceExhausted,
                    "\(own) shared memory regions of uid \(uid) and \(regions.count) of all users are registered; the "
                        + "most are \(SharedMemoryLimits.regionsPerUserMax) and \(SharedMemoryLimits.regionCountMax): "
                        + "unregister those that are not used")
            }
            regions[place] = region
            return nil
        }
        if let failure { throw failure }
    }

    /// Forgets a region of the user, or all of them when `name` is empty; one that is not there is no error, as Triton
    /// has it.
    package func unregister(name: String, uid: UInt32) {
        // Taken out under the lock; the descriptors are closed outside.
        _ = regions.withLock { regions -> [SharedMemoryRegion] in
            guard name.isEmpty else { return regions.removeValue(forKey: Key(uid: uid, name: name)).map { [$0] } ?? [] }
            let own = regions.filter { $0.key.uid == uid }
            for place in own.keys { regions[place] = nil }
            return Array(own.values)
        }
    }

    /// A region of the user, or all of them by name when `name` is empty.
    package func status(name: String, uid: UInt32) throws(CallFailure) -> [SharedMemoryRegion] {
        guard name.isEmpty else { return [try region(name, uid: uid)] }
        let own = regions.withLock { regions in regions.filter { $0.key.uid == uid }.map(\.value) }
        return own.sorted { $0.name < $1.name }
    }

    /// The region that the user calls `name`.
    package func region(_ name: String, uid: UInt32) throws(CallFailure) -> SharedMemoryRegion {
        let found = regions.withLock { $0[Key(uid: uid, name: name)] }
        guard let found else {
            throw CallFailure(
                .notFound,
                "uid \(uid) has no shared memory region '\(name.prefix(80))'; register it with "
                    + "SystemSharedMemoryRegister (a restarted server has none)")
        }
        return found
    }

    // MARK: - Opening

    /// The one name below the folder that a key stands for.
    private func fileName(_ key: String) throws(CallFailure) -> String {
        let name = key.hasPrefix("/") ? String(key.dropFirst()) : key
        guard !name.isEmpty, name.utf8.count <= SharedMemoryLimits.keyByteCountMax, name.contains(where: { $0 != "." }),
            !name.utf8.contains(0x2F), !name.utf8.contains(0)
        else {
            throw CallFailure(
                .invalidArgument,
                "shared memory key '\(key.prefix(80))' is no name of shm_open: /name or name is expected, 1 to "
                    + "\(SharedMemoryLimits.keyByteCountMax) bytes, no further slash, not only dots")
        }
        return name
    }

    private func open(
        name: String, key: String, file: String, offset: UInt64, byteCount: Int, uid: UInt32
    ) throws(CallFailure) -> SharedMemoryRegion {
        var isWritable = true
        let descriptor: FileDescriptor
        let status: FileStatus
        do throws(SystemError) {
            descriptor = try openFile(file, isWritable: &isWritable)
        } catch {
            throw openFailure(error, key: key)
        }
        do throws(SystemError) {
            status = try descriptor.status(subject: file)
        } catch {
            throw openFailure(error, key: key)
        }
        guard status.kind == .file else {
            throw CallFailure(.invalidArgument, "shared memory key '\(key)' is no file; make it with shm_open")
        }
        // Else whoever may call us could have us read and write what is not theirs. Root is no exception.
        guard status.ownerID == uid else {
            throw CallFailure(
                .permissionDenied,
                "shared memory key '\(key)' belongs to uid \(status.ownerID), the call comes from uid \(uid); register "
                    + "files of your own")
        }
        let (end, overflow) = offset.addingReportingOverflow(UInt64(byteCount))
        guard !overflow, end <= UInt64(clamping: status.byteCount) else {
            throw CallFailure(
                .invalidArgument,
                "shared memory key '\(key)' has \(status.byteCount) bytes; \(byteCount) from offset \(offset) do not lie "
                    + "in it")
        }
        return SharedMemoryRegion(
            name: name, key: key, offset: Int(offset), byteCount: byteCount, file: descriptor, isWritable: isWritable)
    }

    /// Opens a file for reading and writing, or for reading alone where its mode gives us no more.
    private func openFile(_ file: String, isWritable: inout Bool) throws(SystemError) -> FileDescriptor {
        // O_NONBLOCK: neither a FIFO nor a lease that its owner holds makes us wait.
        do throws(SystemError) {
            return try directory.open(beneath: file, flags: O_RDWR | O_NONBLOCK)
        } catch {
            guard error.code == EACCES else { throw error }
            isWritable = false
            return try directory.open(beneath: file, flags: O_RDONLY | O_NONBLOCK)
        }
    }

    private func openFailure(_ error: SystemError, key: String) -> CallFailure {
        switch error.code {
        case ENOENT:
            CallFailure(.notFound, "there is no shared memory '\(key)' in \(path); make it (shm_open) before it is used")
        case EACCES:
            CallFailure(
                .permissionDenied,
                "hearthd may not open shared memory '\(key)' (its user is \(geteuid())); give its group read and write "
                    + "permission, or run both as one user")
        case ELOOP, EXDEV:
            CallFailure(.invalidArgument, "shared memory key '\(key)' is a link; register the file itself")
        case EISDIR, ENXIO:
            CallFailure(.invalidArgument, "shared memory key '\(key)' is no file; make it with shm_open")
        case EMFILE, ENFILE:
            CallFailure(.resourceExhausted, "shared memory '\(key)' could not be opened: \(error); raise LimitNOFILE")
        default: CallFailure(.failedPrecondition, "shared memory '\(key)' could not be opened: \(error)")
        }
    }
}
