import Glibc
import HearthCore
import HearthMetrics
import HearthServing
import HearthWire
import Logging

/// One thread's event loop: waits, reads, lets the lane answer, writes. The prediction runs here, on the thread that
/// read the request: a row costs microseconds, a hop to another thread costs tens.
///
/// System calls per call while busy: one receive and one send, and a wait that is shared by all connections that are
/// ready. `WorkerLoop+Waiting.swift` says how it waits, `WorkerLoop+Connections.swift` what it does with one
/// connection.
final class WorkerLoop {
    static let mailboxToken = UInt64.max
    static let listenerToken = UInt64.max - 1
    /// How long accepting rests when the system has nothing left to accept with.
    private static let acceptRestNanoseconds: Int64 = 100_000_000
    /// Turns of one connection when the server stops: what it sent before is answered, but it cannot go on for ever.
    private static let drainTurnCountMax = 1024

    let context: WorkerContext
    let poller: Poller
    let permits: SpinPermits
    let logger: Logger
    let connectionGauge: ConnectionGauge
    var wait: WaitState
    var connections: [Connection?] = []
    var freeSlots: [Int] = []
    var connectionCount = 0
    /// The connection that was served last, to be tried first when polling.
    var hot: Connection?
    /// Direct attempts on ``hot`` since epoll was asked.
    var hotAttemptCount = 0
    /// Slots of connections with a deadline or an incomplete frame to look after.
    var watched: Set<Int> = []
    /// When the watched connections are to be looked after.
    var lookAt = MonotonicTime.never
    var readBuffer = OutputBuffer(capacity: WorkerLoop.turnByteCount)
    /// Replies to the connection that is being served; empty between connections.
    var out = OutputBuffer(capacity: WorkerLoop.outByteCountKept)
    /// When accepting goes on after a rest; nil when it does not rest.
    private(set) var acceptAt: MonotonicTime?
    private(set) var drainDeadline: MonotonicTime?
    private var nextSerial: UInt64 = 1
    private var isStopped = false
    /// Accepts on this worker; nil on the others.
    private var acceptor: Acceptor?

    init(
        services: WorkerServices, counters: ServerCounters, mailbox: Mailbox, gauge: ConnectionGauge, logger: Logger
    ) throws(SystemError) {
        context = WorkerContext(services, counters: counters, mailbox: mailbox)
        poller = try Poller()
        permits = services.permits
        wait = WaitState(services.waitPolicy)
        connectionGauge = gauge
        self.logger = logger
        try poller.add(mailbox.descriptor, .readable, token: Self.mailboxToken)
    }

    /// Makes this the worker that accepts. Throws ``SystemError``.
    func accept(with acceptor: Acceptor) throws(SystemError) {
        self.acceptor = acceptor
        try poller.add(acceptor.descriptor, .readable, token: Self.listenerToken)
    }

    var isDraining: Bool { drainDeadline != nil }

    /// Runs until it is told to drain and all is answered.
    func run() {
        while !isStopped {
            let count = waitForEvents()
            let now = MonotonicTime.now()
            for index in 0..<count {
                let token = poller.token(at: index)
                switch token {
                case Self.mailboxToken: takeMessages(now)
                case Self.listenerToken: acceptWaiting(now)
                default: handle(token, poller.events(at: index), now)
                }
            }
            if now >= lookAt { lookAfterWatched(now) }
            if let acceptAt, now >= acceptAt { resumeAccepting(now) }
            if let drainDeadline { finishDraining(now, drainDeadline) }
        }
        for connection in connections { if let connection { close(connection) } }
        context.mailbox.close()
    }

    // MARK: - Messages of other threads

    private func takeMessages(_ now: MonotonicTime) {
        for message in context.mailbox.takeAll() {
            switch message {
            case .adopt(let descriptor, let admission):
                adopt(descriptor, admission)
            case .complete(let token, let completion):
                guard let connection = connection(token), let lane = connection.lane else { continue }
                lane.complete(completion, &out)
                settle(connection, now)
            case .event(let event):
                context.predictor.refresh()
                for connection in connections {
                    guard let connection, let lane = connection.lane, lane.isWatching else { continue }
                    lane.tell(event, &out)
                    settle(connection, now)
                }
            case .stopAccepting:
                stopAccepting()
            case .drain:
                drain(now)
            }
        }
    }

    private func adopt(_ descriptor: Int32, _ admission: Admission) {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        // 24 bits of slot below 40 bits of serial; the two largest values are the listener's and the mailbox's.
        let token = (nextSerial & 0xFF_FFFF_FFFF) << 24 | UInt64(slot)
        nextSerial += 1
        let connection = Connection(descriptor: descriptor, admission, token: token)
        connections[slot] = connection
        connectionCount += 1
        do {
            try poller.add(descriptor, connection.interest, token: token)
        } catch {
            logger.error("connection not taken", metadata: ["error": "\(error)"])
            close(connection)
        }
    }

    func connection(_ token: UInt64) -> Connection? {
        let slot = Int(token & 0xFF_FFFF)
        guard slot < connections.count, let connection = connections[slot], connection.token == token else {
            return nil
        }
        return connection
    }

    // MARK: - Accepting

    private func acceptWaiting(_ now: MonotonicTime) {
        guard let acceptor, case .stuck = acceptor.acceptWaiting() else { return }
        // The listener stays readable: watching it on would keep this thread busy with nothing.
        poller.change(acceptor.descriptor, [], token: Self.listenerToken)
        acceptAt = now.advanced(byNanoseconds: Self.acceptRestNanoseconds)
    }

    private func resumeAccepting(_ now: MonotonicTime) {
        acceptAt = nil
        guard let acceptor else { return }
        poller.change(acceptor.descriptor, .readable, token: Self.listenerToken)
    }

    private func stopAccepting() {
        if let acceptor {
            while case .more = acceptor.acceptWaiting() {}
            poller.remove(acceptor.descriptor)
            self.acceptor = nil
        }
        connectionGauge.tellAll(.drain)
    }

    // MARK: - The end

    private func drain(_ now: MonotonicTime) {
        for connection in connections {
            guard let connection else { continue }
            connection.lane?.drain(&out)
            settle(connection, now)
            // What has arrived is still answered.
            var turn = 0
            while turn < Self.drainTurnCountMax, self.connection(connection.token) != nil, connection.output.isEmpty,
                receive(connection, now)
            { turn += 1 }
            guard self.connection(connection.token) != nil else { continue }
            connection.lane?.refuseNewCalls(&out)
            settle(connection, now)
        }
        drainDeadline = now.advanced(byNanoseconds: context.limits.drainMilliseconds * 1_000_000)
        // Closes those that wait for nothing.
        for connection in connections { if let connection { settle(connection, now) } }
    }

    private func finishDraining(_ now: MonotonicTime, _ deadline: MonotonicTime) {
        if connectionCount == 0 {
            isStopped = true
        } else if now >= deadline {
            logger.warning("stopping with calls unanswered", metadata: ["connections": "\(connectionCount)"])
            isStopped = true
        }
    }
}
