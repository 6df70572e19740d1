package import HearthCore

/// Bytes on their way out: appended at the end, taken from the front. Grows when it must, keeps its memory, allocates
/// nothing once warm. One owner, one thread.
@safe
package struct OutputBuffer: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var head = 0
    private var tail = 0

    package init(capacity: Int = 64 << 10) {
        self.capacity = capacity
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Bytes that wait to be taken.
    package var count: Int { tail - head }
    package var isEmpty: Bool { tail == head }

    /// What waits; valid until the next change of the buffer.
    package var bytes: ByteView { unsafe ByteView(start: memory + head, count: tail - head) }

    /// Makes room for `byteCount` more, lets `body` write them, and keeps as many as it says it wrote.
    @inline(__always)
    package mutating func append(
        atMost byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Int
    ) {
        reserve(byteCount)
        let written = unsafe body(memory + tail)
        precondition(written >= 0 && written <= byteCount, "more was written than there was room for")
        tail += written
    }

    package mutating func append(_ view: ByteView) {
        guard view.count > 0 else { return }
        reserve(view.count)
        unsafe (memory + tail).copyMemory(from: view.start, byteCount: view.count)
        tail += view.count
    }

    /// Forgets the first `byteCount` bytes.
    package mutating func drop(_ byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= count, "only what is there can be dropped")
        head += byteCount
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes back what was appended after the buffer held `byteCount` bytes.
    package mutating func truncate(to byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= count, "a buffer is cut, not extended")
        tail = head + byteCount
    }

    package mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Makes room for `byteCount` more bytes behind what waits.
    package mutating func reserve(_ byteCount: Int) {
        guard capacity - tail < byteCount else { return }
        let waiting = tail - head
        if head > 0, capacity - waiting >= byteCount, waiting <= head {
            // The front is free and large enough to move into without overlap.
            unsafe memory.copyMemory(from: memory + head, byteCount: waiting)
        } else {
            let grown = max(capacity * 2, waiting + byteCount)
            let fresh = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
            unsafe fresh.copyMemory(from: memory + head, byteCount: waiting)
            unsafe memory.deallocate()
            unsafe memory = fresh
            capacity = grown
        }
        head = 0
        tail = waiting
    }

    /// Gives memory above `byteCount` back when nothing waits.
    package mutating func shrink(to byteCount: Int) {
        guard isEmpty, capacity > byteCount else { return }
        unsafe memory.deallocate()
        unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        capacity = byteCount
    }
}

// Owned by one thread at a time; it may be handed from the acceptor to a worker.
extension OutputBuffer: @unchecked Sendable {}
