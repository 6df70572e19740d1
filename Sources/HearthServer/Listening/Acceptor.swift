import CHearthLinux
import Glibc
import HearthCore
import HearthMetrics
import Logging
import Synchronization

/// How many connections each worker has: new ones go to the one with the fewest, so that no client is starved by
/// chance.
final class ConnectionGauge: Sendable {
    private struct State {
        var perWorker: [Int]
        var overLimit = 0
    }

    private let mailboxes: [Mailbox]
    private let state: Mutex<State>

    init(mailboxes: [Mailbox]) {
        self.mailboxes = mailboxes
        state = Mutex(State(perWorker: Array(repeating: 0, count: mailboxes.count)))
    }

    /// Chooses the worker for a new connection; nil when even the connections that are only refused are too many.
    func place(_ limits: ServerLimits) -> (mailbox: Mailbox, isOverLimit: Bool)? {
        state.withLock { state in
            let isOverLimit = state.perWorker.reduce(0, +) - state.overLimit >= limits.connectionCountMax
            if isOverLimit {
                guard state.overLimit < limits.refusedConnectionCountMax else { return nil }
                state.overLimit += 1
            }
            let least = state.perWorker.indices.min { state.perWorker[$0] < state.perWorker[$1] } ?? 0
            state.perWorker[least] += 1
            return (mailboxes[least], isOverLimit)
        }
    }

    func closed(isOverLimit: Bool, worker mailbox: Mailbox) {
        state.withLock { state in
            if let index = mailboxes.firstIndex(where: { $0 === mailbox }) { state.perWorker[index] -= 1 }
            if isOverLimit { state.overLimit -= 1 }
        }
    }

    /// Tells every worker; what was placed before is in their mailboxes already.
    func tellAll(_ message: WorkerMessage) {
        for mailbox in mailboxes { mailbox.post(message) }
    }
}

/// Takes new connections and gives each to a worker.
final class Acceptor {
    /// How a round of accepting ended.
    enum Round {
        /// Nobody waits any more.
        case done
        /// Others may wait: their turn comes after that of those who are connected.
        case more
        /// Somebody waits who cannot be taken now: the system has no descriptor or no memory for it. Try again later.
        case stuck
    }

    /// Connections taken before the others have a turn.
    private static let roundCountMax = 64
    /// A flood of refused connections is told of once in this time.
    private static let logIntervalNanoseconds: Int64 = 1_000_000_000

    let descriptor: Int32
    private let gauge: ConnectionGauge
    private let limits: ServerLimits
    private let counters: ServerCounters
    private let logger: Logger
    /// Given up for a moment when the process has no descriptor left, so that the waiting connection can be taken and
    /// closed.
    private var reserve: Int32
    private var loggedAt: MonotonicTime?

    init(descriptor: Int32, gauge: ConnectionGauge, limits: ServerLimits, counters: ServerCounters, logger: Logger) {
        self.descriptor = descriptor
        self.gauge = gauge
        self.limits = limits
        self.counters = counters
        self.logger = logger
        reserve = unsafe hearth_open("/dev/null", O_RDONLY, 0)
    }

    deinit {
        if reserve >= 0 { close(reserve) }
    }

    func acceptWaiting() -> Round {
        for _ in 0..<Self.roundCountMax {
            let accepted = hearth_accept_nonblocking(descriptor)
            guard accepted >= 0 else {
                switch hearth_errno() {
                case EINTR, ECONNABORTED: continue
                case EAGAIN: return .done
                case let code:
                    guard refuseWithReserve(code) else { return .stuck }
                    continue
                }
            }
            counters.connectionsAccepted.add()
            var peer = Peer(pid: 0, uid: UInt32.max, gid: UInt32.max)
            guard unsafe hearth_peer_credentials(accepted, &peer.pid, &peer.uid, &peer.gid) == 0,
                let (mailbox, isOverLimit) = gauge.place(limits)
            else {
                counters.connectionsRefused.add()
                close(accepted)
                continue
            }
            if isOverLimit { counters.connectionsRefused.add() }
            mailbox.post(.adopt(descriptor: accepted, peer: peer, isOverLimit: isOverLimit))
        }
        return .more
    }

    /// Takes the connection that waits with the descriptor kept for this, and closes it: a client that is told at once
    /// can do something about it. Returns false when that cannot be done either.
    private func refuseWithReserve(_ code: Int32) -> Bool {
        log(code)
        guard code == EMFILE || code == ENFILE else { return false }
        if reserve >= 0 { close(reserve) }
        let accepted = hearth_accept_nonblocking(descriptor)
        if accepted >= 0 {
            counters.connectionsRefused.add()
            close(accepted)
        }
        reserve = unsafe hearth_open("/dev/null", O_RDONLY, 0)
        return accepted >= 0
    }

    private func log(_ code: Int32) {
        let now = MonotonicTime.now()
        if let loggedAt, now - loggedAt < Self.logIntervalNanoseconds { return }
        loggedAt = now
        logger.error(
            "connection not accepted; if descriptors are short, raise the limit (ulimit -n) above --max-connections",
            metadata: ["error": "\(SystemError.text(of: code))"])
    }
}
