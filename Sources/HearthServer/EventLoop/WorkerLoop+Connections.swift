import CHearthLinux
import Glibc
import HearthCore
import HearthMetrics
import HearthWire
import Logging

/// What a worker does with one connection: read, let the lane answer, write, look after it, close it.
extension WorkerLoop {
    /// Bytes read from a connection in one turn, unless they complete a frame that has begun: some hundred small calls.
    /// Bounds how long one client keeps the others waiting.
    static let turnByteCount = 16 << 10
    /// The most that is read at once to complete a frame: memory is taken before its bytes have come.
    private static let completionByteCountMax = 256 << 10
    /// Memory of one connection's input and output that is kept when they are empty.
    private static let byteCountKept = 16 << 10
    /// The same of the buffer for replies that all connections of a worker share.
    static let outByteCountKept = 64 << 10

    func handle(_ token: UInt64, _ events: Poller.Events, _ now: MonotonicTime) {
        guard let connection = connection(token) else { return }
        if !events.isDisjoint(with: .writable) { settle(connection, now) }
        guard self.connection(token) != nil else { return }
        if !events.isDisjoint(with: [.readable, .peerClosed, .broken]), connection.output.isEmpty {
            _ = receive(connection, now)
        } else if !events.isDisjoint(with: .broken) {
            close(connection)
        }
    }

    /// Reads once, lets the lane answer, writes. Returns whether there was anything, the end of the connection
    /// included.
    ///
    /// Not for a connection with replies that it has not taken yet: what it sends has to wait, or its replies would
    /// grow without a bound.
    func receive(_ connection: Connection, _ now: MonotonicTime) -> Bool {
        precondition(connection.output.isEmpty, "a client that does not read its replies is not read from")
        var received = 0
        context.counters.receives.add()
        let room = min(max(Self.turnByteCount, connection.byteCountMissing), Self.completionByteCountMax)
        if connection.input.isEmpty {
            unsafe readBuffer.append(atMost: room) { memory in
                received = unsafe hearth_receive_now(connection.descriptor, memory, room)
                return max(0, received)
            }
        } else {
            unsafe connection.input.append(atMost: room) { memory in
                received = unsafe hearth_receive_now(connection.descriptor, memory, room)
                return max(0, received)
            }
        }
        guard received > 0 else {
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
            connection.input.shrink(to: Self.byteCountKept)
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
        // Its first call was refused with the reason; there will be no second. What a lane writes before the first call
        // (the settings of HTTP/2) is no answer to it.
        if step.isClosing || (connection.isOverLimit && lane.hasRefused) { connection.isClosing = true }
        connection.byteCountMissing = step.byteCountMissing
        if step.consumed > 0 { connection.stalledSince = nil }
        return step.consumed
    }

    /// Sends what the lane has written, and sees to it that epoll watches for what comes next.
    func settle(_ connection: Connection, _ now: MonotonicTime) {
        let isOpen: Bool
        if connection.output.isEmpty {
            isOpen = send(&out, to: connection)
            connection.output.append(out.bytes)
        } else {
            connection.output.append(out.bytes)
            let waiting = connection.output.count
            isOpen = send(&connection.output, to: connection)
            if connection.output.count < waiting { connection.stalledSince = nil }
        }
        out.removeAll()
        out.shrink(to: Self.outByteCountKept)
        guard isOpen else { return }
        if connection.output.isEmpty {
            connection.output.shrink(to: Self.byteCountKept)
            let isDone = isDraining && connection.input.isEmpty && connection.lane?.isIdle != false
            if connection.isClosing || isDone || connection.lane?.isFinished == true {
                close(connection)
                return
            }
        } else if connection.output.count > context.limits.unreadByteCountMax {
            closeStalled(connection, "its client reads no replies")
            return
        }
        // A client that does not read its replies is not read from either.
        if !connection.output.isEmpty, hot === connection { hot = nil }
        let interest: Poller.Events = connection.output.isEmpty ? [.readable, .peerClosed] : [.writable]
        if interest != connection.interest {
            connection.interest = interest
            poller.change(connection.descriptor, interest, token: connection.token)
        }
        if connection.input.isEmpty, connection.output.isEmpty {
            connection.stalledSince = nil
        } else {
            connection.stalledSince = connection.stalledSince ?? now
        }
        watch(connection)
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

    func close(_ connection: Connection) {
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

    // MARK: - Deadlines

    /// Notes when the connection has to be looked after, if at all.
    private func watch(_ connection: Connection) {
        let soonest = soonestDeadline(connection)
        let slot = Int(connection.token & 0xFF_FFFF)
        if soonest < .never {
            watched.insert(slot)
            lookAt = min(lookAt, soonest)
        } else if !watched.isEmpty {
            watched.remove(slot)
        }
    }

    private func soonestDeadline(_ connection: Connection) -> MonotonicTime {
        min(connection.stalledSince.map(stallDeadline) ?? .never, connection.lane?.nextDeadline ?? .never)
    }

    private func stallDeadline(_ since: MonotonicTime) -> MonotonicTime {
        since.advanced(byNanoseconds: context.limits.partialFrameMilliseconds * 1_000_000)
    }

    /// Answers the calls whose time is up, and closes the connections that have stalled.
    func lookAfterWatched(_ now: MonotonicTime) {
        lookAt = .never
        for slot in watched {
            guard let connection = connections[slot] else { continue }
            if let since = connection.stalledSince, now >= stallDeadline(since) {
                closeStalled(connection, "a frame was not complete, or no reply read, in time")
            } else if let deadline = connection.lane?.nextDeadline, now >= deadline {
                connection.lane?.expire(at: now, &out)
                settle(connection, now)
            } else {
                lookAt = min(lookAt, soonestDeadline(connection))
            }
        }
    }

    private func closeStalled(_ connection: Connection, _ reason: String) {
        logger.notice(
            "connection closed: \(reason)",
            metadata: ["pid": "\(connection.peer.pid)", "uid": "\(connection.peer.uid)"])
        close(connection)
    }
}
