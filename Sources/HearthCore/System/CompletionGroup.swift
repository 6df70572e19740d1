import Glibc

/// Waits until as many pieces of work have ended as were begun. For control-plane threads.
@safe
package final class CompletionGroup: Sendable {
    // Sound: `pending` is touched only between lock and unlock of `mutex`.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>
    private nonisolated(unsafe) let pending: UnsafeMutablePointer<Int>

    /// A group that nothing has entered yet.
    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pending = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
        unsafe pending.initialize(to: 0)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe pending.deallocate()
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// A piece of work begins.
    package func enter() {
        unsafe pthread_mutex_lock(mutex)
        unsafe pending.pointee += 1
        unsafe pthread_mutex_unlock(mutex)
    }

    /// A piece of work has ended.
    package func leave() {
        unsafe pthread_mutex_lock(mutex)
        unsafe pending.pointee -= 1
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Returns when everything that entered has left.
    package func wait() {
        unsafe pthread_mutex_lock(mutex)
        while unsafe pending.pointee > 0 { unsafe pthread_cond_wait(condition, mutex) }
        unsafe pthread_mutex_unlock(mutex)
    }
}
