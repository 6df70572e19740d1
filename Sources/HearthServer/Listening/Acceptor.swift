import CHearthLinux
import Glibc
import HearthCore
import HearthMetrics
import Logging
import Synchronization

/// How many connections each worker has: new ones go to the one with the fewest, so that no client is starved by chance.
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

    var count: Int { state.withLock { $0.perWorker.reduce(0, +) } }
}

/// Takes new connections and gives each to a worker.
final class Acceptor {
    let descriptor: Int32
    private let gauge: ConnectionGauge
    private let limits: ServerLimits
    private let counters: ServerCounters
    private let logger: Logger
    /// Given up for a moment when the process has no descriptor left, so that the waiting connection can be taken and closed.
    private var reserve: Int32

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

    /// Takes all connections that wait, 64 at most before the others have a turn.
    func acceptWaiting() {
        for _ in 0..<64 {
            let accepted = hearth_accept_nonblocking(descriptor)
            guard accepted >= 0 else {
                let code = hearth_errno()
                if code == EMFILE || code == ENFILE { refuseWithReserve(code) }
                if code == EINTR || code == ECONNABORTED { continue }
                return
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
    }

    private func refuseWithReserve(_ code: Int32) {
        counters.connectionsRefused.add()
        logger.error(
            "connection refused: the process has no file descriptor left; raise its limit (ulimit -n)",
            metadata: ["error": "\(SystemError.text(of: code))"])
        guard reserve >= 0 else { return }
        close(reserve)
        let accepted = hearth_accept_nonblocking(descriptor)
        if accepted >= 0 { close(accepted) }
        reserve = unsafe hearth_open("/dev/null", O_RDONLY, 0)
    }
}
