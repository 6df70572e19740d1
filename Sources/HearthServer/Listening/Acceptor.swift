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
    ///
    /// - Parameter isRefused: it is refused in any case.
    func place(_ limits: ServerLimits, isRefused: Bool) -> (mailbox: Mailbox, isOverLimit: Bool)? {
        state.withLock { state in
            let isOverLimit =
                isRefused || state.perWorker.reduce(0, +) - state.overLimit >= limits.connectionCountMax
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
    /// The groups that have to be known of a peer.
    private let groups: Set<UInt32>
    private let accounts: PeerAccounts
    private let counters: ServerCounters
    private let logger: Logger
    /// Given up for a moment when the process has no descriptor left, so that the waiting connection can be taken and
    /// closed.
    private var reserve: Int32
    private var loggedAt: MonotonicTime?

    init(
        descriptor: Int32, gauge: ConnectionGauge, limits: ServerLimits, access: AccessPolicy, accounts: PeerAccounts,
        counters: ServerCounters, logger: Logger
    ) {
        self.descriptor = descriptor
        self.gauge = gauge
        self.limits = limits
        groups = access.groups
        self.accounts = accounts
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
            guard let (mailbox, admission) = admit(accepted) else {
                counters.connectionsRefused.add()
                close(accepted)
                continue
            }
            if admission.refusal != nil { counters.connectionsRefused.add() }
            mailbox.post(.adopt(descriptor: accepted, admission))
        }
        return .more
    }

    /// Finds out who has connected and which worker serves them; nil when they are turned away without a word.
    private func admit(_ accepted: Int32) -> (mailbox: Mailbox, Admission)? {
        guard let peer = Peer(socket: accepted, groups: groups) else { return nil }
        let (account, refusal) = accounts.open(peer.uid)
        guard let (mailbox, isOverLimit) = gauge.place(limits, isRefused: refusal != nil) else { return nil }
        var admission = Admission(peer: peer, account: account, refusal: refusal)
        if isOverLimit, refusal == nil {
            admission.refusal = CallFailure(
                .resourceExhausted,
                "the server has its \(limits.connectionCountMax) connections; close some, or raise --max-connections")
        }
        return (mailbox, admission)
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
