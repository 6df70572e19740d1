import Glibc
import HearthClient
import HearthCore
import HearthRegistry
import HearthServer
import HearthTestSupport
import Logging

/// A real server over a real socket in a temporary folder, stopped at the end of its life.
final class TestServer: Sendable {
    let shelf: ModelShelf
    let server: HearthServer
    let socketPath: String

    /// - Parameter store: stands before the shelf's own, to hold calls up; nil for the shelf's own.
    init(
        shelf: ModelShelf, workers: Int = 2, waiting: LoopWaitPolicy = .adaptive, admins: Set<UInt32> = [geteuid()],
        cacheByteBudget: Int = 64 << 20, limits: ServerLimits = ServerLimits(), preloadsAll: Bool = true,
        store: (any RegistryStore)? = nil, sharedMemoryDirectory: String? = nil
    ) throws {
        self.shelf = shelf
        socketPath = shelf.folder.file("hearth.sock")
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        server = try HearthServer(
            ServerConfiguration(
                socket: SocketOptions(path: socketPath), workerCount: workers, waitPolicy: waiting,
                cacheByteBudget: cacheByteBudget, access: AccessPolicy(adminUIDs: admins), limits: limits,
                preloadsAll: preloadsAll, sharedMemoryDirectory: sharedMemoryDirectory),
            store: store ?? shelf.store, directory: shelf.directory, logger: logger)
    }

    func client(timeout: Duration = .seconds(120)) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = timeout
        return HearthClient(configuration)
    }

    func rawClient() throws -> RawClient { try RawClient(socketPath: socketPath) }

    /// A counter of `Stats`.
    func counter(_ name: String) throws -> UInt64 {
        try client().stats().counters.first { $0.name == name }?.value ?? 0
    }

    deinit {
        server.stop()
    }
}

/// One series with one model in production, and a row with the bits that it answers.
struct ServedForest {
    static let series = "stok_seviye"
    static let model = "isolation_forest.stok_seviye"
    static let row = [0.1, -0.5, 1.5, 0.25]

    let shelf: ModelShelf
    let modelID: ModelID
    /// `score_samples` of ``row``.
    let score: Double

    init(seed: UInt64 = 1) throws {
        shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: seed)
        modelID = try shelf.publish(definition, series: Self.series, promotes: true)
        score = try ModelShelf.expected(definition, rows: Self.row)[0]
    }

    func server(_ limits: ServerLimits = ServerLimits()) throws -> TestServer {
        try TestServer(shelf: shelf, limits: limits)
    }
}
