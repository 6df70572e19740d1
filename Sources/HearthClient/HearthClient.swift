import HearthCore
import HearthWire

/// A client of one `hearthd`, safe to share between threads and tasks.
///
/// - The synchronous calls take a connection out of a pool for the length of the call. For a call in a loop use
///   ``predictor(for:version:outputs:)``, which keeps its connection and allocates nothing.
/// - The `async` calls share a few connections: many requests are on the way on each, and one system call moves
///   several.
///
/// Every call ends by its deadline, ``Configuration/timeout`` unless it names another. When the connection breaks, a
/// call that changes nothing (`predict`, `detect`, `list`, `get`, `stats`) is made again on a fresh one until then, so
/// a restart of the server within the timeout goes unnoticed. `promote`, `rollback` and `reload` are repeated only if
/// they were not sent.
///
///     let client = HearthClient()
///     let predictor = client.predictor(for: "isolation_forest.stok_seviye")
///     let answer = try predictor.predict([41.0, 3.5, 0.2])
///     print(answer.value, answer.modelVersion)
public final class HearthClient: Sendable {
    /// How a client connects and waits.
    public struct Configuration: Sendable {
        /// Where hearthd listens.
        public var socketPath: String
        /// How long a call may take in all, repeats included.
        public var timeout: Duration = .seconds(1)
        /// How the synchronous calls wait for their answer.
        public var waiting: WaitPolicy = .adaptive
        /// Idle connections that are kept for synchronous calls.
        public var idleConnectionCountMax = 64
        /// Connections that the async calls share.
        public var sharedConnectionCount = 2
        /// Whether a call waits, until its deadline, for a server that is not there; false to fail at once.
        public var waitsForServer = true
        /// Whether a call whose connection broke is made again when that does no harm; false to see every failure.
        public var repeatsCalls = true
        /// The first stream id of a connection; another one than 1 only to test what happens when they run out.
        var firstStreamID: UInt32 = 1

        /// The defaults above for the server at `socketPath`.
        public init(socketPath: String = HearthClient.defaultSocketPath) {
            self.socketPath = socketPath
        }

        func retry(isIdempotent: Bool) -> Retry {
            Retry(isIdempotent: isIdempotent, waitsForServer: waitsForServer, repeatsCalls: repeatsCalls)
        }
    }

    /// Where hearthd listens unless it is told otherwise.
    public static let defaultSocketPath = "/run/hearth/hearth.sock"

    /// What the client was made with.
    public let configuration: Configuration
    let pool: ConnectionPool
    let shared: SharedConnections

    /// Makes a client; it connects at the first call.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        pool = ConnectionPool(
            path: configuration.socketPath, waiting: configuration.waiting,
            capacity: configuration.idleConnectionCountMax, firstStreamID: configuration.firstStreamID)
        shared = SharedConnections(
            path: configuration.socketPath, count: configuration.sharedConnectionCount,
            firstStreamID: configuration.firstStreamID)
    }

    deinit {
        close()
    }

    /// Closes every connection; async calls on the way fail with `CANCELLED`.
    public func close() {
        pool.close()
        shared.close()
    }

    /// A way to call one model again and again: see ``Predictor``.
    ///
    /// - Parameters:
    ///   - model: the registered model's name; may be empty when `version` is given.
    ///   - version: a model_id; empty for the production version.
    ///   - outputs: the outputs wanted; empty for all.
    public func predictor(for model: String, version: String = "", outputs: [String] = []) -> Predictor {
        Predictor(
            model: model, version: version, outputs: outputs, connection: pool.take(), pool: pool,
            configuration: configuration)
    }

    /// Makes one call on a pooled connection, again where ``Retry`` allows it. `attempt` gets the connection and the
    /// deadline.
    func call<Value>(
        isIdempotent: Bool, timeout: Duration?,
        _ attempt: (Connection, Deadline) throws(HearthError) -> Value
    ) throws(HearthError) -> Value {
        var deadline = Deadline(after: timeout ?? configuration.timeout)
        let connection = pool.take()
        defer { pool.give(back: connection) }
        var retry = configuration.retry(isIdempotent: isIdempotent)
        while true {
            do {
                return try attempt(connection, deadline)
            } catch {
                guard let delay = retry.delay(after: error, deadline: deadline) else { throw retry.final(error) }
                connection.close()
                Retry.sleep(delay)
                deadline.beginAttempt()
            }
        }
    }
}
