import CHearthLinux
import Glibc
import HearthCore
import HearthMetrics
import HearthServing
import HearthWire
import Logging

/// One thread's event loop: waits, reads, lets the lane answer, writes. The prediction runs here, on the thread that read the
/// request: a row costs microseconds, a hop to another thread costs tens.
///
/// System calls per call while busy: one receive and one send, and a wait that is shared by all connections that are ready.
final class WorkerLoop {
    /// Bytes read from a connection in one turn: bounds how long one client can keep the others waiting.
    private static let turnByteCount = 64 << 10
    private static let mailboxToken = UInt64.max
    static let listenerToken = UInt64.max - 1

    let context: WorkerContext
    private let poller: Poller
    private let policy: LoopWaitPolicy
    private let permits: SpinPermits
    private let logger: Logger
    private var wait: WaitState
    private var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    private var connectionCount = 0
    private var nextSerial: UInt64 = 1
    /// Slots of connections with a deadline or an incomplete frame to look after.
    private var watched: Set<Int> = []
    private var hot: Connection?
    private var isDraining = false
    private var isStopped = false
    private var drainDeadline: MonotonicTime?
    private var readBuffer = OutputBuffer(capacity: WorkerLoop.turnByteCount)
    private var out = OutputBuffer(capacity: WorkerLoop.turnByteCount)
    /// Accepts on this worker; nil on the others.
    private var acceptor: Acceptor?
    private let connectionGauge: ConnectionGauge

    init(
        services: WorkerServices, counters: ServerCounters, mailbox: Mailbox, gauge: ConnectionGauge, logger: Logger
    ) throws(SystemError) {
        context = WorkerContext(services, counters: counters, mailbox: mailbox)
        poller = try Poller()
        policy = services.waitPolicy
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

    /// Runs until it is told to stop.
    func run() {
        while !isStopped {
            let count = waitForEvents()
            let now = MonotonicTime.now()
            for index in 0..<count {
                let token = poller.token(at: index)
                switch token {
                case Self.mailboxToken: takeMessages(now)
                case Self.listenerToken: acceptor?.acceptWaiting()
                default: handle(token, poller.events(at: index), now)
                }
            }
            if !watched.isEmpty { lookAfterWatched(now) }
            if isDraining { finishDraining(now) }
        }
        for connection in connections { if let connection { close(connection) } }
    }

    // MARK: - Waiting

    private func waitForEvents() -> Int {
        let began = MonotonicTime.now()
        let pollTime = wait.pollNanoseconds
        if pollTime > 0, permits.take() {
            defer { permits.giveBack() }
            let count = pollForEvents(began, pollTime)
            if count > 0 {
                wait.arrived(afterNanoseconds: MonotonicTime.now() - began)
                return count
            }
            if count < 0 { return 0 }
            wait.polledInVain()
        }
        context.counters.waits.add()
        let count = poller.wait(milliseconds: sleepMilliseconds(began))
        if count > 0 { wait.arrived(afterNanoseconds: MonotonicTime.now() - began) }
        return count
    }

    /// Polls until something is ready. The connection that was served last is tried directly, which saves the wait: then the result
    /// is -1, for its events have been handled.
    private func pollForEvents(_ began: MonotonicTime, _ pollTime: Int64) -> Int {
        var turn = 0
        while true {
            if turn & 7 == 7 || hot == nil {
                context.counters.waits.add()
                let count = poller.wait(milliseconds: 0)
                if count > 0 { return count }
            } else if let hot, readable(hot, MonotonicTime.now(), isPolling: true) {
                wait.arrived(afterNanoseconds: MonotonicTime.now() - began)
                return -1
            }
            turn += 1
            if MonotonicTime.now() - began > pollTime { return 0 }
            hearth_spin_hint()
        }
    }

    /// -1 where nothing has to be looked after: an idle server sleeps.
    private func sleepMilliseconds(_ now: MonotonicTime) -> Int32 {
        if isDraining { return 5 }
        guard !watched.isEmpty else { return -1 }
        var soonest = MonotonicTime(nanoseconds: .max)
        for slot in watched {
            guard let connection = connections[slot] else { continue }
            if let deadline = connection.lane?.nextDeadline { soonest = min(soonest, deadline) }
            if let since = connection.partialSince { soonest = min(soonest, partialDeadline(since)) }
        }
        let milliseconds = (soonest - now) / 1_000_000 + 1
        return Int32(clamping: max(0, min(milliseconds, 60_000)))
    }

    private func partialDeadline(_ since: MonotonicTime) -> MonotonicTime {
        since.advanced(byNanoseconds: context.limits.partialFrameMilliseconds * 1_000_000)
    }

    // MARK: - Messages of other threads

    private func takeMessages(_ now: MonotonicTime) {
        for message in context.mailbox.takeAll() {
            switch message {
            case .adopt(let descriptor, let peer, let isOverLimit):
                adopt(descriptor, peer, isOverLimit: isOverLimit)
            case .complete(let token, let completion):
                guard let connection = connection(token), let lane = connection.lane else { continue }
                lane.complete(completion, &out)
                settle(connection, now)
            case .refresh:
                context.predictor.refresh()
            case .event(let event):
                context.predictor.refresh()
                for connection in connections {
                    guard let connection, let lane = connection.lane, lane.isWatching else { continue }
                    lane.tell(event, &out)
                    settle(connection, now)
                }
            case .drain:
                drain(now)
            case .stop:
                isStopped = true
            }
        }
    }

    private func adopt(_ descriptor: Int32, _ peer: Peer, isOverLimit: Bool) {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        // 24 bits of slot below 40 bits of serial; the two largest values are the listener's and the mailbox's.
        let token = (nextSerial & 0xFF_FFFF_FFFF) << 24 | UInt64(slot)
        nextSerial += 1
        let connection = Connection(descriptor: descriptor, peer: peer, token: token, isOverLimit: isOverLimit)
        connections[slot] = connection
        connectionCount += 1
        do {
            try poller.add(descriptor, connection.interest, token: token)
        } catch {
            logger.error("connection not taken", metadata: ["error": "\(error)"])
            close(connection)
        }
    }

    private func connection(_ token: UInt64) -> Connection? {
        let slot = Int(token & 0xFF_FFFF)
        guard slot < connections.count, let connection = connections[slot], connection.token == token else {
            return nil
        }
        return connection
    }

    // MARK: - One connection

    private func handle(_ token: UInt64, _ events: Poller.Events, _ now: MonotonicTime) {
        guard let connection = connection(token) else { return }
        if !events.isDisjoint(with: .writable) { settle(connection, now) }
        guard self.connection(token) != nil else { return }
        if !events.isDisjoint(with: [.readable, .peerClosed, .broken]), connection.output.isEmpty {
            _ = readable(connection, now, isPolling: false)
        } else if !events.isDisjoint(with: .broken) {
            close(connection)
        }
    }

    /// Reads once, lets the lane answer, writes. Returns whether there was anything.
    private func readable(_ connection: Connection, _ now: MonotonicTime, isPolling: Bool) -> Bool {
        var received = 0
        context.counters.receives.add()
        if connection.input.isEmpty {
            unsafe readBuffer.append(atMost: Self.turnByteCount) { memory in
                received = unsafe hearth_receive_now(connection.descriptor, memory, Self.turnByteCount)
                return max(0, received)
            }
        } else {
            // A large frame: read more at once the more of it has come.
            let room = max(Self.turnByteCount, min(connection.input.count, 1 << 20))
            unsafe connection.input.append(atMost: room) { memory in
                received = unsafe hearth_receive_now(connection.descriptor, memory, room)
                return max(0, received)
            }
        }
        if received <= 0 {
            let code = hearth_errno()
            if received < 0, code == EAGAIN || code == EINTR { return false }
            if received < 0 { context.counters.connectionsBroken.add() }
            close(connection)
            return true
        }
        context.counters.bytesReceived.add(UInt64(received))
        hot = connection
        if connection.input.isEmpty {
            let consumed = feed(connection, readBuffer.bytes, now)
            if consumed < readBuffer.count, !connection.isClosing {
                connection.input.append(readBuffer.bytes.dropping(consumed))
            }
            readBuffer.removeAll()
        } else {
            let consumed = feed(connection, connection.input.bytes, now)
            connection.input.drop(consumed)
            if connection.input.isEmpty { connection.input.shrink(to: 0) }
        }
        settle(connection, now)
        return true
    }

    private func feed(_ connection: Connection, _ bytes: ByteView, _ now: MonotonicTime) -> Int {
        if connection.lane == nil {
            guard let lane = LaneChoice.lane(firstByte: bytes.byte(at: 0), connection: connection, context: context)
            else {
                connection.isClosing = true
                return 0
            }
            connection.lane = lane
        }
        guard let lane = connection.lane else { return 0 }
        let step = lane.receive(bytes, receivedAt: now, &out)
        if step.isClosing || connection.isOverLimit { connection.isClosing = true }
        return step.consumed
    }

    /// Sends what the lane has written, and sees to it that epoll watches for what comes next.
    private func settle(_ connection: Connection, _ now: MonotonicTime) {
        if connection.output.isEmpty {
            guard send(&out, to: connection) else { return }
            connection.output.append(out.bytes)
        } else {
            connection.output.append(out.bytes)
            out.removeAll()
            guard send(&connection.output, to: connection) else { return }
        }
        out.removeAll()
        if connection.output.isEmpty {
            connection.output.shrink(to: 0)
            if connection.isClosing || (isDraining && connection.lane?.isIdle != false) {
                close(connection)
                return
            }
        }
        // A client that does not read its replies is not read from either.
        let interest: Poller.Events = connection.output.isEmpty ? [.readable, .peerClosed] : [.writable]
        if interest != connection.interest {
            connection.interest = interest
            poller.change(connection.descriptor, interest, token: connection.token)
        }
        let isPartial = !connection.input.isEmpty || !connection.output.isEmpty
        if isPartial {
            connection.partialSince = connection.partialSince ?? now
        } else {
            connection.partialSince = nil
        }
        let slot = Int(connection.token & 0xFF_FFFF)
        if isPartial || connection.lane?.nextDeadline != nil {
            watched.insert(slot)
        } else if !watched.isEmpty {
            watched.remove(slot)
        }
    }

    /// Writes as much as the socket takes. Returns false when the connection broke and was closed.
    private func send(_ buffer: inout OutputBuffer, to connection: Connection) -> Bool {
        while !buffer.isEmpty {
            context.counters.sends.add()
            let sent = unsafe hearth_send_now(connection.descriptor, buffer.bytes.start, buffer.count)
            if sent < 0 {
                let code = hearth_errno()
                if code == EINTR { continue }
                if code == EAGAIN { return true }
                buffer.removeAll()
                context.counters.connectionsBroken.add()
                close(connection)
                return false
            }
            context.counters.bytesSent.add(UInt64(sent))
            buffer.drop(sent)
        }
        return true
    }

    private func close(_ connection: Connection) {
        let slot = Int(connection.token & 0xFF_FFFF)
        guard connections[slot] === connection else { return }
        poller.remove(connection.descriptor)
        connections[slot] = nil
        freeSlots.append(slot)
        watched.remove(slot)
        connectionCount -= 1
        if hot === connection { hot = nil }
        context.counters.connectionsClosed.add()
        connectionGauge.closed(isOverLimit: connection.isOverLimit, worker: context.mailbox)
    }

    // MARK: - Deadlines and the end

    private func lookAfterWatched(_ now: MonotonicTime) {
        for slot in watched {
            guard let connection = connections[slot] else { continue }
            if let since = connection.partialSince, now >= partialDeadline(since) {
                logger.notice(
                    "connection closed: a frame or a reply was not complete in time",
                    metadata: ["pid": "\(connection.peer.pid)", "uid": "\(connection.peer.uid)"])
                close(connection)
            } else if let deadline = connection.lane?.nextDeadline, now >= deadline {
                connection.lane?.expire(at: now, &out)
                settle(connection, now)
            }
        }
    }

    private func drain(_ now: MonotonicTime) {
        if let acceptor {
            acceptor.acceptWaiting()
            poller.remove(acceptor.descriptor)
            self.acceptor = nil
        }
        isDraining = true
        drainDeadline = now.advanced(byNanoseconds: context.limits.drainMilliseconds * 1_000_000)
        for connection in connections {
            guard let connection else { continue }
            connection.lane?.drain(&out)
            // What has arrived is still answered.
            if connection.output.isEmpty, !readable(connection, now, isPolling: false) { settle(connection, now) }
        }
    }

    private func finishDraining(_ now: MonotonicTime) {
        if connectionCount == 0 { isStopped = true }
        if let drainDeadline, now >= drainDeadline {
            logger.warning("stopping with calls unanswered", metadata: ["connections": "\(connectionCount)"])
            isStopped = true
        }
    }
}
