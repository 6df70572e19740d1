import CNGHTTP2
import Glibc

/// Memory for the HTTP/2 engine: small blocks are kept when they are freed and handed out again, so that a warm call
/// takes none from the system. One owner, one thread.
///
/// Before every block stands its size class. A block larger than the largest class is the system's own.
@safe
final class HTTP2Memory {
    /// 32, 64, 128, … 2048 bytes.
    private static let classCount = 7
    private static let smallest = 32
    private static let headerByteCount = 16
    private static let systemClass = 255
    /// The most blocks of one class that are kept: beyond it they go back to the system.
    private static let keptCountMax = 4096

    @unsafe
    private struct FreeList {
        var first: UnsafeMutableRawPointer?
        var count = 0
    }

    private let lists: UnsafeMutablePointer<FreeList>
    /// What nghttp2 is given; it calls back with this object.
    let callbacks: UnsafeMutablePointer<nghttp2_mem>

    init() {
        unsafe lists = .allocate(capacity: Self.classCount)
        unsafe lists.initialize(repeating: FreeList(first: nil), count: Self.classCount)
        unsafe callbacks = .allocate(capacity: 1)
        unsafe callbacks.initialize(
            to: nghttp2_mem(
                mem_user_data: nil,
                malloc: { size, memory in unsafe HTTP2Memory.of(memory)?.take(size) },
                free: { block, memory in unsafe HTTP2Memory.of(memory)?.giveBack(block) },
                calloc: { count, size, memory in unsafe HTTP2Memory.of(memory)?.takeZeroed(count, size) },
                realloc: { block, size, memory in unsafe HTTP2Memory.of(memory)?.resize(block, size) }))
        unsafe callbacks.pointee.mem_user_data = unsafe Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        for index in 0..<Self.classCount {
            while let block = unsafe lists[index].first {
                unsafe lists[index].first = unsafe block.load(as: UnsafeMutableRawPointer?.self)
                unsafe free(block)
            }
        }
        unsafe lists.deallocate()
        unsafe callbacks.deallocate()
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> HTTP2Memory? {
        unsafe pointer.map { unsafe Unmanaged<HTTP2Memory>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func sizeClass(_ byteCount: Int) -> Int {
        var index = 0
        var room = smallest
        while index < classCount, room < byteCount {
            room <<= 1
            index += 1
        }
        return index < classCount ? index : systemClass
    }

    private func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount < Int.max / 2 else { return nil }
        let index = Self.sizeClass(byteCount)
        let block: UnsafeMutableRawPointer
        if index < Self.classCount, let kept = unsafe lists[index].first {
            unsafe lists[index].first = unsafe kept.load(as: UnsafeMutableRawPointer?.self)
            unsafe lists[index].count -= 1
            unsafe block = kept
        } else {
            let room = index < Self.classCount ? Self.smallest << index : byteCount
            guard let fresh = unsafe malloc(room + Self.headerByteCount) else { return nil }
            unsafe block = fresh
        }
        unsafe block.storeBytes(of: index, as: Int.self)
        unsafe block.storeBytes(of: byteCount, toByteOffset: 8, as: Int.self)
        return unsafe block + Self.headerByteCount
    }

    private func takeZeroed(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, let block = unsafe take(byteCount) else { return nil }
        unsafe memset(block, 0, byteCount)
        return unsafe block
    }

    private func giveBack(_ pointer: UnsafeMutableRawPointer?) {
        guard let pointer = unsafe pointer else { return }
        let block = unsafe pointer - Self.headerByteCount
        let index = unsafe block.load(as: Int.self)
        guard index < Self.classCount, unsafe lists[index].count < Self.keptCountMax else {
            unsafe free(block)
            return
        }
        unsafe block.storeBytes(of: lists[index].first, as: UnsafeMutableRawPointer?.self)
        unsafe lists[index].first = unsafe block
        unsafe lists[index].count += 1
    }

    private func resize(_ pointer: UnsafeMutableRawPointer?, _ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard let pointer = unsafe pointer else { return unsafe take(byteCount) }
        let held = unsafe (pointer - Self.headerByteCount).load(fromByteOffset: 8, as: Int.self)
        guard let fresh = unsafe take(byteCount) else { return nil }
        unsafe fresh.copyMemory(from: pointer, byteCount: min(held, byteCount))
        unsafe giveBack(pointer)
        return unsafe fresh
    }
}
