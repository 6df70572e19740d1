import CHearthLinux
import Glibc
import Synchronization

/// Waits for bytes of one blocking socket in the way a ``WaitPolicy`` says: polls without sleeping first, then sleeps
/// in the kernel with a timeout. One owner, one thread. `hearth bench` measures its floor with the same code.
package struct Receiver: Sendable {
    /// How a wait ended.
    package enum Outcome: Sendable, Equatable {
        case bytes(Int)
        /// The peer has closed.
        case closed
        case timedOut
        /// errno of the call that failed.
        case failed(Int32)
    }

    /// Callers of this process that wait now by the adaptive policy: processors are the process's, whoever the caller
    /// is.
    private static let waiterCount = Atomic<Int>(0)

    private var gauge: SpinGauge
    /// The timeout that the socket has now, so that it is set only when it changes much.
    private var socketTimeout: UInt64 = 0

    /// A receiver that waits as `policy` says.
    package init(_ policy: WaitPolicy) {
        gauge = SpinGauge(policy, processorCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Forgets the socket, before another one is used.
    package mutating func reset() {
        socketTimeout = 0
    }

    /// Receives 1 to `count` bytes into `buffer`.
    @inline(__always)
    package mutating func receive(
        _ socket: Int32, into buffer: UnsafeMutableRawPointer, count: Int, deadline: Deadline
    ) -> Outcome {
        guard gauge.countsWaiters else {
            return unsafe receive(
                socket, into: buffer, count: count, deadline: deadline, polling: gauge.pollNanoseconds())
        }
        let waiterCount = Self.waiterCount.add(1, ordering: .relaxed).newValue
        defer { Self.waiterCount.subtract(1, ordering: .relaxed) }
        return unsafe receive(
            socket, into: buffer, count: count, deadline: deadline,
            polling: gauge.pollNanoseconds(waiterCount: waiterCount))
    }

    @inline(__always)
    private mutating func receive(
        _ socket: Int32, into buffer: UnsafeMutableRawPointer, count: Int, deadline: Deadline,
        polling pollNanoseconds: UInt64
    ) -> Outcome {
        if pollNanoseconds > 0 {
            let end = deadline.attemptBegan + pollNanoseconds
            repeat {
                let received = unsafe hearth_receive_now(socket, buffer, count)
                if received > 0 {
                    gauge.polled(answered: true)
                    return .bytes(received)
                }
                if received == 0 { return .closed }
                let code = hearth_errno()
                guard code == EAGAIN || code == EINTR else { return .failed(code) }
            } while Deadline.now() < end
            gauge.polled(answered: false)
        }
        while true {
            let remaining = deadline.remaining
            guard remaining > 0 else { return .timedOut }
            setTimeout(socket, remaining)
            let received = unsafe recv(socket, buffer, count, 0)
            if received > 0 { return .bytes(received) }
            if received == 0 { return .closed }
            let code = hearth_errno()
            guard code == EAGAIN || code == EINTR else { return .failed(code) }
        }
    }

    /// Makes the kernel give up about when the deadline passes, for receiving and sending. The calls of one client
    /// mostly have the same timeout, so this is no system call per call.
    package mutating func setTimeout(_ socket: Int32, _ nanoseconds: UInt64) {
        let slack = socketTimeout / 16
        guard nanoseconds > socketTimeout || nanoseconds < socketTimeout - slack else { return }
        var time = timeval(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1000) + 1)
        if time.tv_usec >= 1_000_000 {
            time.tv_sec += 1
            time.tv_usec = 0
        }
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        socketTimeout = nanoseconds
    }
}
