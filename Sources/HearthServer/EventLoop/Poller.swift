import CHearthLinux
import Glibc
import HearthCore

/// Readiness of many descriptors: one epoll instance, level-triggered. One owner, one thread.
@safe
final class Poller {
    struct Events: OptionSet {
        let rawValue: UInt32

        static let readable = Events(rawValue: EPOLLIN.rawValue)
        static let writable = Events(rawValue: EPOLLOUT.rawValue)
        static let peerClosed = Events(rawValue: EPOLLRDHUP.rawValue)
        static let broken = Events(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    /// Events taken at once: more wait for the next turn.
    static let eventCountMax: Int32 = 128

    private let descriptor: FileDescriptor
    private let events: UnsafeMutablePointer<epoll_event>

    /// Throws ``SystemError``.
    init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemError.last("epoll_create1") }
        descriptor = FileDescriptor(owning: number)
        unsafe events = .allocate(capacity: Int(Self.eventCountMax))
    }

    deinit {
        unsafe events.deallocate()
    }

    /// Watches `number`; its events come with `token`. Throws ``SystemError``.
    func add(_ number: Int32, _ interest: Events, token: UInt64) throws(SystemError) {
        guard hearth_epoll_control(descriptor.number, EPOLL_CTL_ADD, number, interest.rawValue, token) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }

    func change(_ number: Int32, _ interest: Events, token: UInt64) {
        _ = hearth_epoll_control(descriptor.number, EPOLL_CTL_MOD, number, interest.rawValue, token)
    }

    func remove(_ number: Int32) {
        _ = hearth_epoll_control(descriptor.number, EPOLL_CTL_DEL, number, 0, 0)
    }

    /// Waits for events, for `milliseconds` at most (-1 for no limit, 0 not at all), and returns how many there are.
    func wait(milliseconds: Int32) -> Int {
        unsafe Int(max(0, epoll_wait(descriptor.number, events, Self.eventCountMax, milliseconds)))
    }

    func token(at index: Int) -> UInt64 { unsafe hearth_epoll_token(events, Int32(index)) }

    func events(at index: Int) -> Events { unsafe Events(rawValue: hearth_epoll_events(events, Int32(index))) }
}
