import Glibc

/// A queue between threads: any thread puts in, worker threads wait for the next element. First in, first out.
///
/// Bounded, so that a burst is refused instead of filling the memory. Not for the data plane's own threads to wait on.
@safe
package final class BlockingQueue<Element: Sendable>: Sendable {
    private struct State {
        /// Those before `head` are nil: what was taken is not kept alive.
        var elements: [Element?] = []
        var head = 0
        var isClosed = false
    }

    private let countMax: Int
    // Sound: `state` is touched only between lock and unlock of `mutex`.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>
    private nonisolated(unsafe) let state: UnsafeMutablePointer<State>

    /// An empty queue of at most `countMax` elements.
    package init(countMax: Int = 100_000) {
        self.countMax = countMax
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe state = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
        unsafe state.initialize(to: State())
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Adds an element. Returns false when the queue is full or closed: the element was not taken.
    package func put(_ element: Element) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard unsafe !state.pointee.isClosed, unsafe state.pointee.elements.count - state.pointee.head < countMax else {
            return false
        }
        unsafe state.pointee.elements.append(element)
        unsafe pthread_cond_signal(condition)
        return true
    }

    /// Waits for the next element; nil once the queue is closed and empty.
    package func take() -> Element? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while unsafe state.pointee.head == state.pointee.elements.count {
            if unsafe state.pointee.isClosed { return nil }
            unsafe pthread_cond_wait(condition, mutex)
        }
        let element = unsafe state.pointee.elements[state.pointee.head].take()
        unsafe state.pointee.head += 1
        if unsafe state.pointee.head == state.pointee.elements.count {
            unsafe state.pointee.elements.removeAll(keepingCapacity: state.pointee.head <= 1024)
            unsafe state.pointee.head = 0
        } else if unsafe state.pointee.head > 1024 {
            unsafe state.pointee.elements.removeFirst(state.pointee.head)
            unsafe state.pointee.head = 0
        }
        return element
    }

    /// Takes no more elements; waiting threads get what is left, then nil.
    package func close() {
        unsafe pthread_mutex_lock(mutex)
        unsafe state.pointee.isClosed = true
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }
}
