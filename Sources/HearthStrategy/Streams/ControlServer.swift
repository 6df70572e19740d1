import Glibc
import HearthCore
import Synchronization

/// The engine's own Unix socket: hands its state out and takes halt and resume, one word per line.
///
///     status    the newest snapshot, one line
///     follow    the newest snapshot, then one line per bar until either side closes
///     halt      stops trading; the snapshot after that
///     resume    opens every latch and removes the halt file; the snapshot after that
///
/// Only the user that runs the engine may connect. One thread accepts, one serves each of a few connections; the
/// engine's own thread never waits for any of them.
package final class ControlServer: Sendable {
    /// What a caller wants of the engine.
    package enum Command: String, Sendable {
        case halt, resume
    }

    private struct Wish: Sendable {
        var command: Command
        var done: CompletionGroup
    }

    private struct State {
        var latest: [UInt8] = []
        var followers: [Int32: BlockingQueue<[UInt8]>] = [:]
        var connections: Set<Int32> = []
        var wishes: [Wish] = []
        var isClosed = false
    }

    /// Connections at the same time.
    private static let connectionCountMax = 16
    /// After an accept that failed.
    private static let retryMilliseconds: Int32 = 50
    /// A request is one word.
    private static let requestByteCountMax = 64
    /// Snapshots that wait for a slow follower; further ones pass it by.
    private static let followerCountMax = 64

    private let path: String
    private let listener: FileDescriptor
    private let wake: WakePipe
    private let state = Mutex(State())

    /// Listens at `path`.
    ///
    /// Throws ``StrategyError`` when it cannot.
    init(path: String, wake: WakePipe) throws(StrategyError) {
        self.path = path
        self.wake = wake
        do throws(SystemError) {
            listener = try StreamSocket.listen(path)
        } catch {
            throw StrategyError(
                .system, "the engine's socket cannot be opened: \(error)",
                hint: "another engine may use it; give this one its own with --control", cause: error)
        }
    }

    /// Begins to accept. Throws ``StrategyError`` when the system gives no thread.
    func start() throws(StrategyError) {
        do throws(SystemError) {
            _ = try SystemThread(name: "live-control") { [self] in accept() }
        } catch {
            throw StrategyError(.system, "no thread for the engine's socket: \(error)", cause: error)
        }
    }

    /// Whether anybody wants every snapshot.
    var hasFollowers: Bool { state.withLock { !$0.followers.isEmpty } }

    /// Makes `line` the newest snapshot.
    func publish(_ line: [UInt8]) {
        let queues = state.withLock { state in
            state.latest = line
            return Array(state.followers.values)
        }
        for queue in queues { _ = queue.put(line) }
    }

    /// Has the engine carry out what callers want; `carryOut` publishes the state after it.
    func carryOutWishes(_ carryOut: (Command) -> Void) {
        let wishes = state.withLock { state in
            defer { state.wishes = [] }
            return state.wishes
        }
        for wish in wishes {
            carryOut(wish.command)
            wish.done.leave()
        }
    }

    /// Ends every connection and removes the socket.
    func close() {
        let (connections, queues, wishes) = state.withLock { state in
            state.isClosed = true
            defer { state.wishes = [] }
            return (state.connections, Array(state.followers.values), state.wishes)
        }
        for wish in wishes { wish.done.leave() }
        for queue in queues { queue.close() }
        // Those that follow send what is queued and end by themselves.
        for connection in connections { shutdown(connection, Int32(SHUT_RD)) }
        shutdown(listener.number, Int32(SHUT_RDWR))
        _ = unsafe unlink(path)
    }

    private func accept() {
        while !state.withLock({ $0.isClosed }) {
            guard let connection = try? StreamSocket.accept(listener.number) else {
                // Out of descriptors, or closed: looked at again in a while.
                _ = poll(nil, 0, Self.retryMilliseconds)
                continue
            }
            let number = connection.release()
            let isTaken = state.withLock { state in
                guard !state.isClosed, state.connections.count < Self.connectionCountMax else { return false }
                state.connections.insert(number)
                return true
            }
            guard isTaken, (try? SystemThread(name: "live-caller") { [self] in serve(number) }) != nil else {
                finish(number)
                continue
            }
        }
    }

    private func finish(_ connection: Int32) {
        state.withLock { state in
            state.connections.remove(connection)
            state.followers[connection] = nil
        }
        _ = Glibc.close(connection)
    }

    private func serve(_ connection: Int32) {
        defer { finish(connection) }
        var request: [UInt8] = []
        while !request.contains(0x0A), request.count < Self.requestByteCountMax {
            guard let bytes = try? StreamSocket.receive(Self.requestByteCountMax, from: connection), !bytes.isEmpty
            else { return }
            request += bytes
        }
        switch String(decoding: request.prefix { $0 != 0x0A }, as: UTF8.self) {
        case "status": _ = try? StreamSocket.send(state.withLock { $0.latest }, on: connection)
        case "follow": follow(connection)
        case "halt": wish(.halt, connection)
        case "resume": wish(.resume, connection)
        default: _ = try? StreamSocket.send(Array(Self.unknown.utf8), on: connection)
        }
    }

    private static let unknown = "{\"error\":\"expected status, follow, halt or resume\"}\n"

    private func follow(_ connection: Int32) {
        let queue = BlockingQueue<[UInt8]>(countMax: Self.followerCountMax)
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.followers[connection] = queue
            _ = queue.put(state.latest)
            return true
        }
        guard isOpen else { return }
        while let line = queue.take() {
            guard (try? StreamSocket.send(line, on: connection)) != nil else { return }
        }
    }

    private func wish(_ command: Command, _ connection: Int32) {
        let done = CompletionGroup()
        done.enter()
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.wishes.append(Wish(command: command, done: done))
            return true
        }
        guard isOpen else { return }
        wake.wake()
        done.wait()
        _ = try? StreamSocket.send(state.withLock { $0.latest }, on: connection)
    }
}
