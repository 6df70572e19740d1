import Glibc
package import HearthCore

/// Where the schedule keeps its state and its locks; several programs may work with one folder.
///
///     <folder>/state.json      what is remembered of each job; replaced in one step
///     <folder>/state.lock      held while the state is changed
///     <folder>/<model>.lock    held while a version of the model is trained (flock; the kernel gives it back)
package struct ScheduleFolder: Sendable {
    package let path: String

    /// Makes the folder when it is not there. Throws ``TrainingError``.
    package init(_ path: String) throws(TrainingError) {
        self.path = path
        guard unsafe mkdir(path, 0o750) != 0 else { return }
        let error = SystemError.last("mkdir", path)
        guard error.code == EEXIST else { throw Self.failure(path, error) }
    }

    /// What is remembered; nothing when there is no file yet.
    ///
    /// Throws ``TrainingError`` for a file that cannot be read or is none of the schedule's.
    package func state() throws(TrainingError) -> ScheduleState {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try readState()
        } catch {
            if error.code == ENOENT { return ScheduleState() }
            throw Self.failure(statePath, error)
        }
        do {
            return try ScheduleState(decoding: bytes)
        } catch {
            throw TrainingError(
                .unreadableFile, path: statePath, "is no state of a schedule: \(error)",
                hint: "move it away: each job then waits for its next time", cause: error)
        }
    }

    /// Changes what is remembered, whole or not at all; nobody else changes it meanwhile.
    ///
    /// Throws ``TrainingError``; the state is the old one then.
    package func update(_ change: (inout ScheduleState) -> Void) throws(TrainingError) {
        let lockPath = "\(path)/state.lock"
        let lock = try system(lockPath) { () throws(SystemError) in
            let file = try FileDescriptor.open(lockPath, flags: O_RDWR | O_CREAT, mode: 0o640)
            _ = try file.lock(.exclusive, subject: lockPath)
            return ScheduleLock(file)
        }
        var state = try self.state()
        change(&state)
        let bytes: [UInt8]
        do {
            bytes = try state.encoded()
        } catch {
            throw TrainingError(.unwritableFile, path: statePath, "the state cannot be encoded: \(error)", cause: error)
        }
        try system(statePath) { () throws(SystemError) in try replaceState(bytes) }
        _ = consume lock
    }

    /// The right to train `model`, until it is let go; nil when another program has it.
    ///
    /// Throws ``TrainingError``.
    package func lock(model: ModelName) throws(TrainingError) -> ScheduleLock? {
        let lockPath = "\(path)/\(model.text).lock"
        do throws(SystemError) {
            return try Self.lockNow(lockPath)
        } catch {
            throw Self.failure(lockPath, error)
        }
    }

    private static func lockNow(_ path: String) throws(SystemError) -> ScheduleLock? {
        let file = try FileDescriptor.open(path, flags: O_RDWR | O_CREAT, mode: 0o640)
        let isFree = flock(file.number, LOCK_EX | LOCK_NB) == 0
        let error = SystemError.last("flock", path)
        guard isFree || error.code == EWOULDBLOCK else { throw error }
        return isFree ? ScheduleLock(file) : nil
    }

    private var statePath: String { "\(path)/state.json" }

    /// The bytes of the state file; throws ENOENT when there is none.
    private func readState() throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor.open(statePath, flags: O_RDONLY | O_NONBLOCK)
        let status = try file.status(subject: statePath)
        guard status.kind == .file else { throw SystemError("read", statePath, code: EISDIR) }
        guard status.byteCount <= ScheduleState.byteCountMax else { throw SystemError("read", statePath, code: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: Int(status.byteCount))
        let outcome: Result<Int, SystemError> = unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) {
                return .success(try unsafe file.read(into: buffer, subject: statePath))
            } catch {
                return .failure(error)
            }
        }
        return Array(bytes.prefix(try outcome.get()))
    }

    /// Puts a new state in the place of the old one, on the disk before it is seen.
    private func replaceState(_ bytes: [UInt8]) throws(SystemError) {
        let folder = try FileDescriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
        // One name: the lock is held, and what a program left that died is written over.
        let draft = "state.json.new"
        let file = try FileDescriptor.open("\(path)/\(draft)", flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o640)
        let outcome: Result<Void, SystemError> = unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                return .success(try unsafe file.write(buffer, subject: statePath))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        try file.synchronize(subject: statePath)
        try folder.rename(draft, over: "state.json", in: folder)
        try folder.synchronize(subject: statePath)
    }

    /// Runs `body`; a failed system call becomes a ``TrainingError`` about `path`.
    private func system<Value: ~Copyable>(
        _ path: String, _ body: () throws(SystemError) -> Value
    ) throws(TrainingError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw Self.failure(path, error)
        }
    }

    private static func failure(_ path: String, _ cause: SystemError) -> TrainingError {
        TrainingError(
            .unwritableFile, path: path, "the schedule cannot use it (\(SystemError.text(of: cause.code)))",
            hint: "check that the folder exists and belongs to the user that runs the schedule", cause: cause)
    }
}

/// A lock that is held; it is given back at the end of its life.
package struct ScheduleLock: ~Copyable {
    private let file: FileDescriptor

    init(_ file: consuming FileDescriptor) {
        self.file = file
    }
}
