public import HearthCore

/// Bytes on their way out: appended at the end, taken from the front. Grows when it must, keeps its memory, allocates
/// nothing once warm. One owner, one thread.
///
/// Public, as ``ByteView`` is, to be inlined into other modules.
@safe
public struct OutputBuffer: ~Copyable {
    @usableFromInline
    var memory: UnsafeMutableRawPointer
    /// Bytes that there is memory for.
    public internal(set) var capacity: Int
    @usableFromInline
    var head = 0
    @usableFromInline
    var tail = 0

    /// An empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 64 << 10) {
        self.capacity = capacity
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Bytes that wait to be taken.
    @inlinable
    public var count: Int { tail - head }
    /// Whether no bytes wait.
    @inlinable
    public var isEmpty: Bool { tail == head }

    /// What waits; valid until the next change of the buffer.
    @inlinable
    public var bytes: ByteView { unsafe ByteView(start: memory + head, count: tail - head) }

    /// Makes room for `byteCount` more, lets `body` write them, and keeps as many as it says it wrote.
    @inlinable
    public mutating func append(
        atMost byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Int
    ) {
        reserve(byteCount)
        let written = unsafe body(memory + tail)
        precondition(written >= 0 && written <= byteCount, "more was written than there was room for")
        tail += written
    }

    /// Adds a copy of `view`.
    @inlinable
    public mutating func append(_ view: ByteView) {
        guard view.count > 0 else { return }
        reserve(view.count)
        unsafe (memory + tail).copyMemory(from: view.start, byteCount: view.count)
        tail += view.count
    }

    /// Forgets the first `byteCount` bytes.
    @inlinable
    public mutating func drop(_ byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= count, "only what is there can be dropped")
        head += byteCount
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes back what was appended after the buffer held `byteCount` bytes.
    @inlinable
    public mutating func truncate(to byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= count, "a buffer is cut, not extended")
        tail = head + byteCount
    }

    /// Forgets everything.
    @inlinable
    public mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Makes room for `byteCount` more bytes behind what waits.
    @inlinable
    public mutating func reserve(_ byteCount: Int) {
        if capacity - tail < byteCount { makeRoom(byteCount) }
    }

    @usableFromInline
    mutating func makeRoom(_ byteCount: Int) {
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
    public mutating func shrink(to byteCount: Int) {
        guard isEmpty, capacity > byteCount else { return }
        unsafe memory.deallocate()
        unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        capacity = byteCount
    }
}

// Owned by one thread at a time; it may be handed from the acceptor to a worker.
extension OutputBuffer: @unchecked Sendable {}
