import HearthCore

/// Memory of one worker thread for the calls it answers: grows to the largest call seen, then is used again and again.
@safe
package final class PredictScratch {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    /// Memory above this goes back to the system after the call that needed it.
    private let keptByteCountMax = 16 << 20

    package init() {
        capacity = 64 << 10
        unsafe memory = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// `byteCount` bytes, aligned to 64; what was there before is gone.
    @inline(__always)
    package func bytes(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if byteCount > capacity || (capacity > keptByteCountMax && byteCount <= keptByteCountMax) {
            unsafe memory.deallocate()
            capacity = byteCount > capacity ? max(byteCount, capacity * 2) : max(byteCount, 64 << 10)
            unsafe memory = .allocate(byteCount: capacity, alignment: 64)
        }
        return unsafe memory
    }
}
