import Glibc

/// Bytes in memory of their own that grow while a file is read and never change afterwards.
///
/// realloc moves large blocks by their pages, so that growing copies nothing.
@safe
final class ByteStore: @unchecked Sendable {
    // Sound to send: whoever makes one appends to it before anybody else sees it, and never after.
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    init() {
        unsafe base = nil
    }

    deinit {
        unsafe free(base)
    }

    /// A copy of `bytes`.
    convenience init(copying bytes: UnsafeRawBufferPointer, path: String) throws(ArtifactError) {
        self.init()
        try unsafe append(bytes, path: path)
    }

    /// The bytes; valid as long as this store lives and is not appended to.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Uninitialised room for `byteCount` more bytes, of which ``commit(_:)`` keeps some.
    func room(for byteCount: Int, path: String) throws(ArtifactError) -> UnsafeMutableRawBufferPointer {
        let (needed, overflow) = count.addingReportingOverflow(max(byteCount, 0))
        guard !overflow else { throw ArtifactError.outOfMemory(path, byteCount) }
        if needed > capacity {
            // A quarter more each time: few calls, little waste.
            let larger = max(needed, capacity &+ capacity / 4, 4096)
            guard let moved = unsafe realloc(base, larger) else { throw ArtifactError.outOfMemory(path, larger) }
            unsafe base = moved
            capacity = larger
            unsafe Self.useHugePages(moved, larger)
        }
        return unsafe UnsafeMutableRawBufferPointer(start: base?.advanced(by: count), count: max(byteCount, 0))
    }

    /// Asks for pages of 2 MiB where whole ones fit: a file of 20 MB is faulted in by 9 faults instead of 4,900, which
    /// would take longer than reading it. A kernel that refuses does it page by page.
    private static func useHugePages(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
        guard byteCount >= 2 * hugePageByteCount else { return }
        let head = -Int(bitPattern: start) & (hugePageByteCount - 1)
        let length = (byteCount - head) & ~(hugePageByteCount - 1)
        unsafe madvise(start + head, length, MADV_HUGEPAGE)
    }

    private static let hugePageByteCount = 2 << 20

    /// Keeps the first bytes of the room that was given last.
    func commit(_ byteCount: Int) {
        count = min(capacity, count &+ max(byteCount, 0))
    }

    func append(_ more: UnsafeRawBufferPointer, path: String) throws(ArtifactError) {
        guard unsafe !more.isEmpty else { return }
        let room = try unsafe room(for: more.count, path: path)
        unsafe room.copyMemory(from: more)
        commit(more.count)
    }

    func append(_ byte: UInt8, path: String) throws(ArtifactError) {
        let room = try unsafe room(for: 1, path: path)
        unsafe room[0] = byte
        commit(1)
    }

    /// Forgets the bytes from `newCount` on.
    func truncate(to newCount: Int) {
        count = min(count, max(newCount, 0))
    }
}

extension ArtifactError {
    static func outOfMemory(_ path: String, _ byteCount: Int) -> ArtifactError {
        ArtifactError(
            .system, path: path, "no memory for \(byteCount) bytes",
            hint: "free memory on this machine or lower the limits of content")
    }
}
