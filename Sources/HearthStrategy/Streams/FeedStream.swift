import Glibc
import HearthCore

/// The bytes of a ``BarSource``, in the pieces in which they come; one thread.
struct FeedStream: ~Copyable {
    /// What a wait came to.
    enum Event: Equatable {
        case bytes([UInt8])
        /// A new connection, or a file from its beginning again: a line that had begun will not be ended.
        case restarted
        /// Nothing within the time.
        case nothing
        /// There will be no more.
        case ended
    }

    /// Bytes that one event holds at most.
    static let chunkByteCount = 64 << 10
    /// How often a tailed file is looked at.
    private static let tailMilliseconds = 20
    /// Between attempts to connect: from the first to the last, doubled each time.
    private static let backoffMilliseconds = (first: 10, last: 1000)

    private let source: BarSource
    private let wake: WakePipe
    private var descriptor: Int32 = -1
    private var inode: UInt64 = 0
    private var offset: Int64 = 0
    private var backoff = backoffMilliseconds.first
    private var hasBegun = false
    /// Connections that may still be made; nil for any number.
    private var connectionsLeft: Int?

    /// Opens the source; a socket is connected to later, by ``next(milliseconds:)``.
    ///
    /// - Parameter connectionCountMax: connections to a socket after which its end is the end; nil for any number.
    /// - Throws: ``StrategyError`` when a file cannot be opened.
    init(_ source: BarSource, connectionCountMax: Int? = nil, wake: WakePipe) throws(StrategyError) {
        self.source = source
        self.wake = wake
        connectionsLeft = connectionCountMax
        switch source {
        case .standardInput: descriptor = STDIN_FILENO
        case .file(let path), .tail(let path): (descriptor, inode) = try Self.open(path)
        case .socket: break
        }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// Waits for the next event, at most so long.
    ///
    /// Throws ``StrategyError`` when a file or standard input cannot be read.
    mutating func next(milliseconds: Int) throws(StrategyError) -> Event {
        switch source {
        case .standardInput:
            guard wake.wait(for: descriptor, milliseconds: milliseconds) else { return .nothing }
            return try read() ?? .ended
        case .file: return try read() ?? .ended
        case .tail(let path): return try nextOfTail(path, milliseconds)
        case .socket(let path): return nextOfSocket(path, milliseconds)
        }
    }

    private mutating func read() throws(StrategyError) -> Event? {
        do throws(SystemError) {
            let bytes = try StreamSocket.receive(Self.chunkByteCount, from: descriptor)
            offset += Int64(bytes.count)
            return bytes.isEmpty ? nil : .bytes(bytes)
        } catch {
            throw StrategyError(.badFeed, "the feed \(source) cannot be read: \(error)", cause: error)
        }
    }

    private mutating func nextOfTail(_ path: String, _ milliseconds: Int) throws(StrategyError) -> Event {
        if let event = try read() { return event }
        if let present = try? Self.status(path), present.inode != inode || present.byteCount < offset {
            close(descriptor)
            (descriptor, inode) = try Self.open(path)
            offset = 0
            return .restarted
        }
        _ = wake.wait(for: -1, milliseconds: min(milliseconds, Self.tailMilliseconds))
        return try read() ?? .nothing
    }

    private mutating func nextOfSocket(_ path: String, _ milliseconds: Int) -> Event {
        if descriptor < 0 {
            if connectionsLeft == 0 { return .ended }
            guard let socket = try? StreamSocket.connect(path) else {
                _ = wake.wait(for: -1, milliseconds: min(milliseconds, backoff))
                backoff = min(backoff * 2, Self.backoffMilliseconds.last)
                return .nothing
            }
            descriptor = socket.release()
            backoff = Self.backoffMilliseconds.first
            connectionsLeft = connectionsLeft.map { $0 - 1 }
            if hasBegun { return .restarted }
            hasBegun = true
        }
        guard wake.wait(for: descriptor, milliseconds: milliseconds) else { return .nothing }
        if let event = try? read() { return event }
        // Ended or broken: the next call connects again.
        disconnect()
        return .nothing
    }

    /// Gives up a socket's connection, such as one that sends no bars; the next call connects again.
    mutating func disconnect() {
        guard case .socket = source, descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }

    private static func open(_ path: String) throws(StrategyError) -> (descriptor: Int32, inode: UInt64) {
        do throws(SystemError) {
            let file = try FileDescriptor.open(path, flags: O_RDONLY)
            let inode = try status(path).inode
            return (file.release(), inode)
        } catch {
            throw StrategyError(.badFeed, "the feed cannot be opened: \(error)", cause: error)
        }
    }

    private static func status(_ path: String) throws(SystemError) -> (inode: UInt64, byteCount: Int64) {
        var raw = stat()
        guard unsafe stat(path, &raw) == 0 else { throw SystemError.last("stat", path) }
        return (UInt64(raw.st_ino), Int64(raw.st_size))
    }
}
