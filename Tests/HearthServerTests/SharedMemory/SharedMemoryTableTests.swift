import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import Testing

/// What may be registered as shared memory, by whom, and how much of it.
@Suite struct SharedMemoryTableTests {
    private let folder: TemporaryFolder
    private let table: SharedMemoryTable
    private let uid = geteuid()

    init() throws {
        folder = try TemporaryFolder()
        table = try SharedMemoryTable(directory: folder.path)
    }

    private func failure(
        name: String = "a", key: String, offset: UInt64 = 0, byteCount: UInt64 = 64, uid: UInt32? = nil
    ) -> CallFailure? {
        do throws(CallFailure) {
            try table.register(name: name, key: key, offset: offset, byteCount: byteCount, uid: uid ?? self.uid)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a region is listed until it is unregistered, with and without the key's slash`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        #expect(failure(name: "b", key: "/rows", offset: 16, byteCount: 48) == nil)
        #expect(failure(name: "a", key: "rows") == nil)
        let all = try table.status(name: "", uid: uid)
        #expect(all.map(\.name) == ["a", "b"])
        #expect(all.map(\.key) == ["rows", "/rows"])
        #expect(all.map(\.offset) == [0, 16])
        #expect(try table.status(name: "b", uid: uid).map(\.byteCount) == [48])
        table.unregister(name: "b", uid: uid)
        table.unregister(name: "never was", uid: uid)
        #expect(try table.status(name: "", uid: uid).map(\.name) == ["a"])
        #expect(
            throws: CallFailure(
                .notFound,
                "uid \(uid) has no shared memory region 'b'; register it with SystemSharedMemoryRegister (a restarted "
                    + "server has none)")
        ) { try table.status(name: "b", uid: uid) }
        table.unregister(name: "", uid: uid)
        #expect(try table.status(name: "", uid: uid).isEmpty)
    }

    @Test func `nobody sees or forgets the regions of others`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        #expect(failure(key: "/rows") == nil)
        #expect(try table.status(name: "", uid: uid + 1).isEmpty)
        table.unregister(name: "", uid: uid + 1)
        table.unregister(name: "a", uid: uid + 1)
        #expect(try table.region("a", uid: uid).byteCount == 64)
    }

    @Test func `a file of another user is refused, also for root`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        let other: UInt32 = uid == 0 ? 12_345 : 0
        #expect(
            failure(key: "/rows", uid: other)
                == CallFailure(
                    .permissionDenied,
                    "shared memory key '/rows' belongs to uid \(uid), the call comes from uid \(other); register files of "
                        + "your own"))
    }

    @Test(arguments: [
        "", "/", ".", "..", "/..", "...", "//rows", "/a/rows", "a/../rows", "../etc/passwd", "rows/", "ro\0ws",
        String(repeating: "x", count: 256),
    ])
    func `a key that is no name is refused`(key: String) throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        #expect(failure(key: key)?.code == .invalidArgument)
        #expect(failure(key: key)?.message.contains("is no name of shm_open") == true)
    }

    @Test func `links, folders, FIFOs and files that are not there are refused without waiting`() throws {
        let outside = try TemporaryFolder()
        _ = try SharedFile([UInt8](repeating: 1, count: 64), key: "/secret", in: outside)
        #expect(unsafe symlink(outside.file("secret"), folder.file("link")) == 0)
        #expect(unsafe mkdir(folder.file("folder"), 0o700) == 0)
        #expect(unsafe mkfifo(folder.file("fifo"), 0o600) == 0)
        #expect(failure(key: "/link")?.message == "shared memory key '/link' is a link; register the file itself")
        for key in ["/folder", "/fifo"] {
            #expect(
                failure(key: key)
                    == CallFailure(.invalidArgument, "shared memory key '\(key)' is no file; make it with shm_open"))
        }
        #expect(
            failure(key: "/none")
                == CallFailure(
                    .notFound,
                    "there is no shared memory '/none' in \(folder.path); make it (shm_open) before it is used"))
    }

    @Test func `a region lies in its file`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        let places: [(offset: UInt64, byteCount: UInt64)] = [(0, 65), (1, 64), (64, 1), (.max, 1), (.max - 63, 64)]
        for place in places {
            #expect(
                failure(key: "/rows", offset: place.offset, byteCount: place.byteCount)
                    == CallFailure(
                        .invalidArgument,
                        "shared memory key '/rows' has 64 bytes; \(place.byteCount) from offset \(place.offset) do not "
                            + "lie in it"))
        }
        for byteCount in [0, UInt64(SharedMemoryLimits.regionByteCountMax) + 1, .max] {
            #expect(failure(key: "/rows", byteCount: byteCount)?.message.contains("has byte_size \(byteCount)") == true)
        }
        #expect(failure(key: "/rows", offset: 63, byteCount: 1) == nil)
    }

    @Test func `names are bounded, and taken once`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        #expect(failure(name: "", key: "/rows")?.code == .invalidArgument)
        #expect(failure(name: String(repeating: "n", count: 257), key: "/rows")?.code == .invalidArgument)
        #expect(failure(name: String(repeating: "n", count: 256), key: "/rows") == nil)
        #expect(failure(key: "/rows") == nil)
        #expect(
            failure(key: "/rows")
                == CallFailure(
                    .alreadyExists,
                    "shared memory region 'a' of uid \(uid) is registered already; unregister it first"))
    }

    @Test func `a user has so many regions and no more`() throws {
        _ = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        for number in 0..<SharedMemoryLimits.regionsPerUserMax {
            #expect(failure(name: "\(number)", key: "/rows") == nil)
        }
        #expect(failure(name: "one more", key: "/rows")?.code == .resourceExhausted)
        table.unregister(name: "7", uid: uid)
        #expect(failure(name: "one more", key: "/rows") == nil)
    }

    @Test func `a folder that is not there is told of at the start`() {
        #expect(throws: SystemError.self) {
            try SharedMemoryTable(directory: "/nowhere/shm")
        }
    }
}
