import Foundation
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import Testing

@Suite struct SQLiteOpeningTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file(SQLiteRegistryStore.fileName) }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(
        _ path: String? = nil, mode: SQLiteRegistryStore.Mode = .readWrite, busyTimeout: Duration = .seconds(5)
    ) -> RegistryError? {
        let path = path ?? self.path
        return failure { () throws(RegistryError) in
            try SQLiteRegistryStore.open(path: path, mode: mode, options: .init(busyTimeout: busyTimeout))
        }
    }

    private func write(_ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func bytes() throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test func `a missing folder is named and not made`() {
        let error = refusal(folder.file("models/registry.sqlite"))
        #expect(error?.code == .unavailable)
        #expect(
            error?.description == "the folder \(folder.path)/models does not exist or cannot be reached; create it")
        #expect(!FileManager.default.fileExists(atPath: folder.file("models")))
    }

    @Test func `a folder is no registry`() {
        let error = refusal(folder.path)
        #expect(error?.code == .unavailable)
        #expect(error?.message == "\(folder.path) is not a file")
    }

    @Test(arguments: ["", ":memory:", "file:x?mode=memory", "a\0b"])
    func `a path that SQLite takes for something else is refused`(_ path: String) {
        #expect(refusal(path)?.code == .refused)
    }

    @Test(arguments: ["/proc/registry.sqlite", "/sys/registry.sqlite"])
    func `a folder where no file can be made is unavailable`(_ path: String) {
        #expect(refusal(path)?.code == .unavailable)
    }

    @Test(.enabled(if: getuid() != 0, "root writes everywhere"))
    func `a registry on a disk that is read-only is refused`() throws {
        _ = try SQLiteRegistryStore.open(path: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
        #expect(refusal()?.description.hasPrefix("\(path) is read-only for this user; open it as its owner") == true)
        #expect(refusal(mode: .readOnly) == nil)
    }

    @Test(.enabled(if: getuid() != 0, "root writes everywhere"))
    func `a reader that may not make the log's files asks for the owner`() throws {
        _ = try SQLiteRegistryStore.open(path: path)
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        let error = refusal(mode: .readOnly)
        #expect(error?.code == .unavailable)
        #expect(error?.message == "\(path) has lost its -wal and -shm files, and this user cannot make them")
    }

    @Test func `a read-only store makes no file`() {
        let error = refusal(mode: .readOnly)
        #expect(error?.code == .unavailable)
        #expect(error?.message == "there is no registry at \(path)")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a read-only store reads, sees new commits and refuses changes`() throws {
        let owner = try SQLiteRegistryStore.open(path: path)
        let guest = try SQLiteRegistryStore.open(path: path, mode: .readOnly)
        let hint = try guest.changeHint()
        let version = try Sample.version(1)
        try owner.register(version, actor: "trainer")
        #expect(try guest.changeHint() != hint)
        #expect(try guest.version(version.modelID) == version)
        let error = failure { () throws(RegistryError) in
            try guest.setPinned(version.modelID, true, actor: "a", reason: "")
        }
        #expect(error?.code == .refused)
        #expect(error?.message == "\(path) was opened read-only")
    }

    @Test func `a registry whose owner has gone is read without writing`() throws {
        try SQLiteRegistryStore.open(path: path).register(Sample.version(1), actor: "trainer")
        let before = try bytes()
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        #expect(FileManager.default.fileExists(atPath: path + "-shm"))
        #expect(try SQLiteRegistryStore.open(path: path, mode: .readOnly).headVersion() == 1)
        #expect(try bytes() == before)
    }

    @Test(arguments: [1, 15, 16, 100, 511, 512, 4096, 100_000])
    func `random bytes are no registry and stay as they are`(_ count: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let junk = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        try write(junk)
        for mode in [SQLiteRegistryStore.Mode.readWrite, .readOnly] {
            let error = refusal(mode: mode)
            #expect(error?.code == .corrupt, "\(error?.description ?? "")")
            #expect(error?.hint.isEmpty == false)
        }
        #expect(try bytes() == junk)
    }

    @Test func `a database of another application stays as it is`() throws {
        do {
            let other = try RawDatabase(path)
            try other.execute("PRAGMA application_id = 42; CREATE TABLE songs (title TEXT)")
        }
        let before = try bytes()
        for mode in [SQLiteRegistryStore.Mode.readWrite, .readOnly] {
            let error = refusal(mode: mode)
            #expect(error?.code == .corrupt)
            #expect(
                error?.message == "\(path) is a SQLite database of another application (application_id 42)")
        }
        #expect(try bytes() == before)
    }

    @Test func `a database with tables but no application id is another application's`() throws {
        do { try RawDatabase(path).execute("CREATE TABLE ml_models (id INTEGER)") }
        #expect(refusal()?.code == .corrupt)
    }

    @Test func `an empty file becomes a registry, but not for a reader`() throws {
        try write(Data())
        #expect(refusal(mode: .readOnly)?.code == .unavailable)
        #expect(try SQLiteRegistryStore.open(path: path).headVersion() == 0)
    }

    @Test func `a locked database is unavailable to writers and open to readers`() throws {
        let store = try SQLiteRegistryStore.open(path: path, options: .init(busyTimeout: .milliseconds(20)))
        let raw = try RawDatabase(path)
        try raw.execute("BEGIN IMMEDIATE")
        let version = try Sample.version(1)
        let error = failure { () throws(RegistryError) in try store.register(version, actor: "trainer") }
        #expect(error?.code == .unavailable)
        #expect(error?.message == "\(path): database is locked")
        #expect(try store.headVersion() == 0)
        #expect(refusal(busyTimeout: .milliseconds(20)) == nil)
        #expect(refusal(mode: .readOnly) == nil)
        try raw.execute("ROLLBACK")
        #expect(try store.register(version, actor: "trainer") == 1)
    }

    @Test func `16 threads may make one registry at once`() throws {
        let path = path
        try onThreads(16) { thread in
            try SQLiteRegistryStore.open(path: path).register(Sample.version(thread), actor: "thread \(thread)")
        }
        #expect(try SQLiteRegistryStore.open(path: path).headVersion() == 16)
    }

    @Test func `a replaced file is noticed and read`() throws {
        let trainer = try SQLiteRegistryStore.open(path: path)
        let server = try SQLiteRegistryStore.open(path: path, mode: .readOnly)
        try trainer.register(Sample.version(1), actor: "trainer")
        let hint = try server.changeHint()
        let backup = folder.file("backup.sqlite")
        do {
            let other = try SQLiteRegistryStore.open(path: backup)
            for number in 2...4 { try other.register(Sample.version(number), actor: "trainer") }
            try RawDatabase(backup).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        #expect(unsafe rename(backup, path) == 0)
        #expect(try server.changeHint() != hint)
        #expect(try server.headVersion() == 3)
        #expect(try trainer.register(Sample.version(1), actor: "trainer") == 4)
        #expect(try server.headVersion() == 4)
    }

    @Test func `a removed registry is unavailable and not made anew`() throws {
        let store = try SQLiteRegistryStore.open(path: path)
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        for _ in 0..<2 {
            let error = failure { () throws(RegistryError) in try store.changeHint() }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "\(path) is not there any more")
        }
        let version = try Sample.version(1)
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "a") }?.code == .unavailable)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
