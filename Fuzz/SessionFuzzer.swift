import HearthCore
import HearthWire

/// A gRPC session that gets libFuzzer's bytes from a client: whole, and cut at a place; then the clock runs until nothing
/// is owed any more.
///
/// What it looks for are reads out of bounds, traps, leaks, and debts that are never called in. What is answered may
/// depend on how the bytes are cut: a stream that is reset is gone only when that was sent.
enum SessionFuzzer {
    /// The preface and empty settings come first in every second input, for libFuzzer would be long in finding them.
    private static let start: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    /// Shared by all sessions, as on a worker: what one leaves behind would show in the next.
    // Sound: libFuzzer calls on one thread.
    private nonisolated(unsafe) static let pool = GRPCPool()

    private static var limits: GRPCLimits {
        var limits = GRPCLimits()
        limits.messageByteCountMax = 2000
        limits.heldByteCountMax = 4000
        limits.headerByteCountMax = 1000
        limits.streamCountMax = 5
        limits.resetBurst = 10
        limits.stallNanoseconds = 1000
        return limits
    }

    /// The first byte says where the rest is cut, and whether it begins with the preface.
    static func run(_ input: ByteView) {
        guard let choice = input.byte(at: 0) else { return }
        let rest = unsafe Array(input.dropping(1).buffer)
        let bytes = choice & 1 == 0 ? start + rest : rest
        _ = Client(cutAt: bytes.count, bytes)
        _ = Client(cutAt: Int(choice) * bytes.count / 256, bytes)
    }

    /// One session, and who answers its calls: some at once, some when the bytes are at their end, some never.
    private final class Client: GRPCSessionDelegate {
        private var session: GRPCSession?
        private var waiting: [UInt32] = []
        private var output = OutputBuffer(capacity: 0)

        init(cutAt cut: Int, _ bytes: [UInt8]) {
            session = unsafe GRPCSession(pool: pool, limits: limits, now: MonotonicTime(nanoseconds: 0))
            var goesOn = receive(bytes[..<cut], at: 0)
            if goesOn { goesOn = receive(bytes[cut...], at: 1) }
            guard goesOn, let session else { return }
            for stream in waiting { reply(stream, [1, 2, 3]) }
            settle()
            session.announceEnd()
            settle()
            session.refuseNewCalls()
            settle()
            // A stall is seen a whole time after the debt; a reply may be stalled after that.
            for turn in 1...3 as ClosedRange<Int64> {
                session.expire(at: MonotonicTime(nanoseconds: turn * 2000))
                settle()
            }
            precondition(session.isFinished || !session.isOwed, "a debt is called in, or ends the connection")
        }

        private func receive(_ bytes: ArraySlice<UInt8>, at nanoseconds: Int64) -> Bool {
            guard let session, !bytes.isEmpty else { return session != nil }
            let goesOn = unsafe bytes.withUnsafeBytes {
                unsafe session.receive(ByteView($0), at: MonotonicTime(nanoseconds: nanoseconds), self)
            }
            settle()
            return goesOn && !session.isFinished
        }

        private func settle() {
            session?.proceed(self)
            session?.send(to: &output, self)
            output.removeAll()
        }

        private func reply(_ stream: UInt32, _ bytes: [UInt8]) {
            unsafe session?.reply(stream, byteCount: bytes.count) { target in
                unsafe target.copyMemory(from: bytes, byteCount: bytes.count)
            }
        }

        func take(
            _ stream: UInt32, _ route: Route, _ message: ByteView, timeoutNanoseconds: Int64?,
            receivedAt: MonotonicTime
        ) {
            let bytes = unsafe Array(message.buffer)
            switch (route.kind, bytes.first ?? 0) {
            case (.serverStreaming, _):
                session?.push(stream, message)
                session?.push(stream, .empty)
                waiting.append(stream)
            case (_, 0...100): reply(stream, bytes)
            case (_, 101...150): session?.fail(stream, .notFound, message)
            case (_, 151...250): waiting.append(stream)
            default: break
            }
        }

        func cancelled(_ stream: UInt32) {
            waiting.removeAll { $0 == stream }
        }
    }
}
