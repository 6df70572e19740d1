import CHearthLinux
import Glibc
import HearthCore

/// Pages of this process's own that belong to no file: nobody else can shorten or change them, and munmap gives them
/// back.
///
/// Page faults, not bytes, are what filling costs: on the virtual machine where this was measured a 4 KiB page costs
/// 1.2 us, so that 9 MB took 10.8 ms to read and hash one page at a time and 7.3 ms in 2 MiB pages (read and hash
/// alone: 7.0).
@safe
struct AnonymousMapping: ~Copyable, @unchecked Sendable {
    // Sound to send: there is one owner, who writes before anybody else sees the pages and never after ``protect``.
    private let base: UnsafeMutableRawPointer
    /// What is really mapped: whole pages.
    let byteCount: Int

    /// The size of a huge page, and from which size on a mapping asks for them: below, rounding up would waste memory.
    private static let hugePageByteCount = 2 << 20

    /// Maps at least `byteCount` bytes of zeros, in memory at once where the kernel can.
    ///
    /// Throws ``SystemError``.
    init(atLeast byteCount: Int) throws(SystemError) {
        let page = Int(getpagesize())
        let rounded = (max(byteCount, 1) + page - 1) / page * page
        self.byteCount = rounded
        if rounded < Self.hugePageByteCount {
            unsafe base = try Self.map(rounded)
        } else {
            unsafe base = try Self.mapAligned(rounded, to: Self.hugePageByteCount)
        }
        // A kernel without huge pages refuses: small ones do as well. Below 2 MiB this allows the sizes between (64 KiB
        // and so on) where the machine is set to use them.
        unsafe madvise(base, rounded, MADV_HUGEPAGE)
    }

    deinit {
        unsafe munmap(base, byteCount)
    }

    /// The pages, for whoever fills them.
    var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }

    /// Brings all pages into memory in one call instead of one fault each.
    ///
    /// Kernels before 5.14 refuse: then they come by faults.
    func populate() {
        unsafe madvise(base, byteCount, MADV_POPULATE_WRITE)
    }

    /// From here on a write faults.
    ///
    /// Throws ``SystemError``.
    func protect() throws(SystemError) {
        guard unsafe mprotect(base, byteCount, PROT_READ) == 0 else { throw SystemError.last("mprotect") }
    }

    private static func map(_ byteCount: Int) throws(SystemError) -> UnsafeMutableRawPointer {
        let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemError.last("mmap", "\(byteCount) bytes")
        }
        return unsafe address
    }

    /// Maps more than asked for and gives the ends back, so that the start is a multiple of `alignment`.
    private static func mapAligned(
        _ byteCount: Int, to alignment: Int
    ) throws(SystemError) -> UnsafeMutableRawPointer {
        let whole = unsafe try map(byteCount + alignment)
        let head = (alignment - Int(bitPattern: whole) % alignment) % alignment
        let start = unsafe whole + head
        if head > 0 { unsafe munmap(whole, head) }
        unsafe munmap(start + byteCount, alignment - head)
        return unsafe start
    }
}
