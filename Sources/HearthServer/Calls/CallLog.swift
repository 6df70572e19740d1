import CHearthLinux
import Glibc
package import HearthCore
import HearthMetrics
package import HearthWire
package import Logging
import Synchronization

/// Writes down calls that an operator wants to know of (denied ones, detections that fell back), without letting who
/// makes them fill the log: the first at once, then one line a second for each kind, with their number.
///
/// The event loop only counts; a thread of its own writes, so that a log that nobody reads holds no call up.
package final class CallLog: Sendable {
    /// Lines a second; what else happened in that second is one line more, with its number.
    package static let lineCountMax = 16

    /// What happened to a call; calls to which the same happened share a line.
    package enum Notice: Equatable, Sendable {
        case denied(Peer, LaneKind, Route)
        /// A detection of a series for which no file answered, whoever did instead; nobody when `source` is nil (C33).
        case fellBack(series: String, source: AnswerSource?, cause: String)
    }

    private struct State {
        var tallies: [(notice: Notice, count: Int)] = []
        /// Calls beyond ``lineCountMax`` different ones.
        var others = 0
    }

    private let logger: Logger
    private let restMilliseconds: Int32
    private let state = Mutex(State())
    private let news: Int32
    private let end: Int32
    private let thread = Mutex<SystemThread?>(nil)

    /// Throws ``SystemError``.
    package init(logger: Logger, restMilliseconds: Int32 = 1000) throws(SystemError) {
        self.logger = logger
        self.restMilliseconds = restMilliseconds
        news = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard news >= 0 else { throw SystemError.last("eventfd") }
        end = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard end >= 0 else { throw SystemError.last("eventfd") }
    }

    deinit {
        Glibc.close(news)
        Glibc.close(end)
    }

    /// Starts the thread. Throws ``SystemError`` when there is none to be had.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "call-log") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Writes what is still to be written and ends the thread.
    package func stop() {
        eventfd_write(end, 1)
        thread.withLock { $0.take() }?.join()
    }

    /// Notes what happened to a call: from any thread, without I/O but for waking the thread that writes.
    package func note(_ notice: Notice) {
        let isFirst = state.withLock { state in
            let isFirst = state.tallies.isEmpty
            if let known = state.tallies.firstIndex(where: { $0.notice == notice }) {
                state.tallies[known].count += 1
            } else if state.tallies.count < Self.lineCountMax {
                state.tallies.append((notice, 1))
            } else {
                state.others += 1
            }
            return isFirst
        }
        if isFirst { eventfd_write(news, 1) }
    }

    private func run() {
        while !isEnded(after: -1, orNews: true) {
            var count: eventfd_t = 0
            unsafe eventfd_read(news, &count)
            write()
            if isEnded(after: restMilliseconds, orNews: false) { break }
        }
        write()
    }

    /// Waits for the end, for `milliseconds` at most, or for the first denied call.
    private func isEnded(after milliseconds: Int32, orNews: Bool) -> Bool {
        var descriptors = [pollfd(fd: end, events: Int16(POLLIN), revents: 0)]
        if orNews { descriptors.append(pollfd(fd: news, events: Int16(POLLIN), revents: 0)) }
        let deadline = MonotonicTime.now().advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
        var left = milliseconds
        while unsafe poll(&descriptors, nfds_t(descriptors.count), left) < 0, hearth_errno() == EINTR {
            if milliseconds >= 0 { left = Int32(clamping: max(0, (deadline - .now()) / 1_000_000)) }
        }
        return descriptors[0].revents != 0
    }

    private func write() {
        let (tallies, others) = state.withLock { state in
            let taken = (state.tallies, state.others)
            state = State()
            return taken
        }
        for (notice, count) in tallies { write(notice, count) }
        if others > 0 { logger.notice("other such calls", metadata: ["count": "\(others)"]) }
    }

    private func write(_ notice: Notice, _ count: Int) {
        switch notice {
        case .denied(let peer, let lane, let route):
            logger.notice(
                "call denied",
                metadata: [
                    "pid": "\(peer.pid)", "uid": "\(peer.uid)", "gid": "\(peer.gid)", "lane": "\(lane.rawValue)",
                    "call": "\(route.path)", "count": "\(count)",
                ])
        case .fellBack(let series, let source, let cause):
            logger.log(
                level: source == nil ? .error : .warning, Self.text(source),
                metadata: ["series": "\(series)", "cause": "\(cause)", "count": "\(count)"])
        }
    }

    /// R42 and R105.
    private static func text(_ source: AnswerSource?) -> Logger.Message {
        switch source {
        case .zscore: "using z-score method (fallback)"
        case .database: "using database model (fallback)"
        case .file: "using file model (fallback)"
        case nil: "model not found, nothing could answer"
        }
    }
}

extension ServerCounters {
    /// Counts a denied call, in all and of its class.
    package func denied(_ access: Route.Access) {
        permissionsDenied.add()
        switch access {
        case .data: dataDenied.add()
        case .read: readsDenied.add()
        case .admin: adminDenied.add()
        }
    }
}
