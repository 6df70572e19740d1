import CHearthLinux
import Glibc
import HearthCore
import HearthWire
import Synchronization

/// The thread's side of a ``SharedConnection``: its socket and buffers are nobody else's.
final class SharedConnectionThread {
    /// What one recv(2) takes at most: many answers at once.
    private static let receiveByteCount = 256 << 10

    private let shared: SharedConnection
    private var descriptor: Int32 = -1
    private var decoder = FrameDecoder()
    private var input = OutputBuffer(capacity: SharedConnectionThread.receiveByteCount)
    private var output = OutputBuffer()

    init(_ shared: SharedConnection) {
        self.shared = shared
    }

    /// Dials, then sends and receives until the connection is over; then fails what is still on its way.
    func run() {
        let failure: HearthError
        do throws(HearthError) {
            let deadline = Deadline(after: .nanoseconds(Int64(clamping: timeToDial())))
            descriptor = try UnixSocket.dial(shared.path, deadline: deadline).release()
            failure = serve()
        } catch {
            failure = error
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
        let pending = shared.state.withLock { state in
            state.isEnded = true
            defer { state.pending = [:] }
            return state.pending
        }
        for call in pending.values { call.finish(.failure(failure)) }
    }

    private func timeToDial() -> UInt64 {
        let nearest = shared.state.withLock { $0.nearestDeadline }
        let now = Deadline.now()
        return nearest == .max ? 1_000_000_000 : nearest > now ? nearest - now : 1
    }

    /// Moves bytes until the connection is over, and says why it is.
    private func serve() -> HearthError {
        while true {
            let (isOver, nearest) = shared.state.withLock { state in
                let isUsedUp = state.nextStreamID > Connection.streamIDMax && state.pending.isEmpty
                return (state.isClosing || isUsedUp, state.nearestDeadline)
            }
            if isOver { return .cancelled }
            var descriptors = [
                pollfd(fd: descriptor, events: Int16(POLLIN | (output.isEmpty ? 0 : POLLOUT)), revents: 0),
                pollfd(fd: shared.wakeNumber, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&descriptors, 2, Self.pollMilliseconds(until: nearest))
            if ready < 0, hearth_errno() != EINTR { return lost(hearth_errno()) }
            if Deadline.now() >= nearest { expire() }
            if descriptors[1].revents != 0 {
                var count: eventfd_t = 0
                unsafe eventfd_read(shared.wakeNumber, &count)
            }
            if let failure = send() { return failure }
            if descriptors[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, let failure = receive() {
                return failure
            }
        }
    }

    /// Sends what has come together, as far as the socket takes it.
    private func send() -> HearthError? {
        while true {
            if output.isEmpty { takeWaiting() }
            if output.isEmpty { return nil }
            let bytes = output.bytes
            let sent = unsafe hearth_send_now(descriptor, bytes.start, bytes.count)
            if sent > 0 {
                output.drop(sent)
                continue
            }
            let code = hearth_errno()
            if code == EINTR { continue }
            return code == EAGAIN ? nil : lost(code)
        }
    }

    private func takeWaiting() {
        output.shrink(to: 1 << 20)
        shared.state.withLock { state in
            swap(&output, &state.waiting)
            if output.isEmpty { state.isAwake = false }
        }
    }

    private func receive() -> HearthError? {
        var received = 0
        unsafe input.append(atMost: Self.receiveByteCount) { target in
            received = unsafe hearth_receive_now(descriptor, target, Self.receiveByteCount)
            return max(0, received)
        }
        if received == 0 {
            return .connection(
                "the server closed the connection to", path: shared.path, code: 0, mayHaveBeenSent: true)
        }
        if received < 0 {
            let code = hearth_errno()
            return code == EAGAIN || code == EINTR ? nil : lost(code)
        }
        while true {
            let (step, consumed) = decoder.next(in: input.bytes)
            switch step {
            case .frame(let header, let data):
                let reply = Connection.Reply(
                    streamID: header.streamID, type: header.type, flags: header.flags, data: data)
                finish(header.streamID, Self.outcome(of: reply))
            case .oversized(let header):
                finish(
                    header.streamID,
                    .failure(HearthError(.resourceExhausted, "an answer of \(header.dataLength) bytes is too large")))
            case .needMore:
                input.drop(consumed)
                input.shrink(to: 1 << 20)
                return nil
            case .notFrames:
                return .unreadable("answer")
            }
            input.drop(consumed)
        }
    }

    private static func outcome(of reply: Connection.Reply) -> PendingCall.Outcome {
        do throws(HearthError) {
            let payload = try Connection.payload(of: reply)
            return unsafe .success(Array(payload.buffer))
        } catch {
            return .failure(error)
        }
    }

    private func finish(_ streamID: UInt32, _ outcome: PendingCall.Outcome) {
        // An answer that nobody waits for any more is dropped.
        shared.state.withLock { $0.pending.removeValue(forKey: streamID) }?.finish(outcome)
    }

    /// Gives up the calls whose time is over.
    private func expire() {
        let now = Deadline.now()
        let expired = shared.state.withLock { state in
            let expired = state.pending.filter { $0.value.deadline.nanoseconds <= now || $0.value.isFinished }
            for streamID in expired.keys { state.pending[streamID] = nil }
            state.nearestDeadline = state.pending.values.map(\.deadline.nanoseconds).min() ?? .max
            return expired
        }
        for call in expired.values { call.finish(.failure(.deadlineExceeded(call.deadline.timeout))) }
    }

    private func lost(_ code: Int32) -> HearthError {
        .connection("lost the connection to", path: shared.path, code: code, mayHaveBeenSent: true)
    }

    private static func pollMilliseconds(until nearest: UInt64) -> Int32 {
        guard nearest != .max else { return -1 }
        let now = Deadline.now()
        guard nearest > now else { return 0 }
        return Int32(clamping: (nearest - now) / 1_000_000 + 1)
    }
}

// Made on the caller's thread, then used by its own thread alone.
extension SharedConnectionThread: @unchecked Sendable {}
