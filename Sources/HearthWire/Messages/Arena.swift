import CHearthMessages

/// Memory for the messages of one request: handed out in order, taken back all at once by ``reset()``. After the first
/// few requests it allocates nothing. One owner, one thread.
@safe
package final class Arena {
    /// Why the arena keeps and grants no more than this: a frame is at most 4 MiB, and the worst honest message
    /// (doubles, names) unpacks to about its own size; hostile ones (empty strings) to a multiple of it.
    package static let byteCountMax = 64 << 20

    /// What the C allocator sees: a current block and how much of it is taken.
    @unsafe
    struct State {
        var block: UnsafeMutableRawPointer
        var capacity: Int
        var used = 0
        /// Blocks that became too small during this request.
        var retired: [UnsafeMutableRawPointer] = unsafe []
        var retiredByteCount = 0
        var isExhausted = false
    }

    private let state: UnsafeMutablePointer<State>
    let allocator: UnsafeMutablePointer<ProtobufCAllocator>
    private let keptByteCountMax: Int

    /// - Parameters:
    ///   - capacity: bytes at the start.
    ///   - keptByteCountMax: a block larger than this goes back to the system at the next reset.
    package init(capacity: Int = 64 << 10, keptByteCountMax: Int = 8 << 20) {
        self.keptByteCountMax = keptByteCountMax
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: State(block: .allocate(byteCount: capacity, alignment: 16), capacity: capacity))
        unsafe allocator = .allocate(capacity: 1)
        unsafe allocator.initialize(
            to: ProtobufCAllocator(
                alloc: { context, size in unsafe Arena.allocate(context, size) },
                free: { _, _ in },
                allocator_data: UnsafeMutableRawPointer(state)))
    }

    deinit {
        reset()
        unsafe state.pointee.block.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
        unsafe allocator.deallocate()
    }

    /// Takes everything back. What was unpacked into the arena must not be touched afterwards.
    @inline(__always)
    package func reset() {
        unsafe state.pointee.used = 0
        unsafe state.pointee.isExhausted = false
        if unsafe !state.pointee.retired.isEmpty || state.pointee.capacity > keptByteCountMax { releaseRetired() }
    }

    /// Whether memory was refused since the last reset: what was packed meanwhile is not whole.
    package var isExhausted: Bool { unsafe state.pointee.isExhausted }

    /// Bytes that the arena holds from the system now.
    package var heldByteCount: Int { unsafe state.pointee.capacity + state.pointee.retiredByteCount }

    /// `byteCount` bytes, aligned to 16; nil when the arena would hold more than it may.
    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        unsafe Self.allocate(UnsafeMutableRawPointer(state), byteCount)
    }

    private func releaseRetired() {
        unsafe state.pointee.retired.forEach { unsafe $0.deallocate() }
        unsafe state.pointee.retired = []
        unsafe state.pointee.retiredByteCount = 0
        guard unsafe state.pointee.capacity > keptByteCountMax else { return }
        unsafe state.pointee.block.deallocate()
        unsafe state.pointee.block = .allocate(byteCount: 64 << 10, alignment: 16)
        unsafe state.pointee.capacity = 64 << 10
    }

    /// The C allocator: nil when the request would need more than the arena may hold, which protobuf-c answers with a
    /// failure.
    private static func allocate(_ context: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        let state = unsafe context.assumingMemoryBound(to: State.self)
        guard size >= 0, size <= byteCountMax else {
            unsafe state.pointee.isExhausted = true
            return nil
        }
        let rounded = (size + 15) & ~15
        if unsafe state.pointee.capacity - state.pointee.used < rounded {
            let grown = unsafe max(state.pointee.capacity * 2, rounded)
            guard unsafe state.pointee.retiredByteCount + state.pointee.capacity + grown <= byteCountMax else {
                unsafe state.pointee.isExhausted = true
                return nil
            }
            unsafe state.pointee.retired.append(state.pointee.block)
            unsafe state.pointee.retiredByteCount += state.pointee.capacity
            unsafe state.pointee.block = .allocate(byteCount: grown, alignment: 16)
            unsafe state.pointee.capacity = grown
            unsafe state.pointee.used = 0
        }
        let start = unsafe state.pointee.block + state.pointee.used
        unsafe state.pointee.used += rounded
        return unsafe start
    }
}
