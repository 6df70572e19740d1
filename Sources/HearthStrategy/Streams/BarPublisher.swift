import Glibc
import HearthCore
import Synchronization

/// Sends the bytes of a file to whoever connects to a Unix socket, in pieces of random sizes: a feed to try an engine
/// with.
///
/// The same seed gives the same pieces. A connection gets the file from its beginning, then its end.
package final class BarPublisher: Sendable {
    private let bytes: [UInt8]
    private let path: String
    private let seed: UInt64
    private let listener: FileDescriptor
    private let isStopped = Atomic<Bool>(false)

    /// The largest piece: from one byte, which splits every field, to a few lines.
    private static let pieceByteCountMax = 700

    /// Listens at `path`.
    ///
    /// - Parameters:
    ///   - file: of at most `byteCountMax` bytes.
    ///   - seed: of the pieces' sizes; nil to send all at once.
    /// - Throws: ``StrategyError`` when the file cannot be read or the socket not be opened.
    package init(
        file: String, path: String, seed: UInt64?, byteCountMax: Int = 1 << 30
    ) throws(StrategyError) {
        self.path = path
        self.seed = seed ?? 0
        do throws(SystemError) {
            let descriptor = try FileDescriptor.open(file, flags: O_RDONLY)
            let size = Int(try descriptor.status(subject: file).byteCount)
            guard size <= byteCountMax else { throw SystemError("read", file, code: EFBIG) }
            bytes = try descriptor.bytes(at: 0, count: size, subject: file)
            listener = try StreamSocket.listen(path)
        } catch {
            throw StrategyError(.badFeed, "the bars cannot be sent: \(error)", cause: error)
        }
    }

    /// Serves `connectionCount` connections, one after the other; ends early when ``stop()`` is called.
    package func run(connectionCount: Int) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<connectionCount {
            guard !isStopped.load(ordering: .relaxed), let peer = try? StreamSocket.accept(listener.number) else {
                return
            }
            var start = 0
            while start < bytes.count {
                let count = seed == 0 ? bytes.count : Int.random(in: 1...Self.pieceByteCountMax, using: &random)
                let end = min(bytes.count, start + count)
                guard (try? StreamSocket.send(Array(bytes[start..<end]), on: peer.number)) != nil else { break }
                start = end
            }
        }
    }

    /// Stops waiting for connections and removes the socket.
    package func stop() {
        isStopped.store(true, ordering: .relaxed)
        shutdown(listener.number, Int32(SHUT_RDWR))
        _ = unsafe unlink(path)
    }
}
