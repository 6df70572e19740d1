import Glibc
import HearthCore

/// Ends another thread's wait for a feed: a pipe of which one end is written and the other polled.
final class WakePipe: Sendable {
    private let reading: FileDescriptor
    private let writing: FileDescriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        reading = FileDescriptor(owning: ends[0])
        writing = FileDescriptor(owning: ends[1])
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0, fcntl(end, F_SETFL, O_NONBLOCK) == 0 else {
                throw SystemError.last("fcntl")
            }
        }
    }

    var number: Int32 { reading.number }

    /// Wakes the waiter, or keeps its next wait short.
    func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes as well.
        _ = unsafe write(writing.number, &byte, 1)
    }

    /// Takes what woke.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(reading.number, &bytes, bytes.count) == bytes.count {}
    }

    /// Waits until `descriptor` can be read or this pipe was woken, at most so long; whether `descriptor` can be read.
    ///
    /// - Parameter descriptor: -1 to wait for the wake alone.
    func wait(for descriptor: Int32, milliseconds: Int) -> Bool {
        var polled = [
            pollfd(fd: number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds))
        guard count > 0 else { return false }
        if polled[0].revents != 0 { drain() }
        return polled[1].revents != 0
    }
}
