import Glibc
import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import Logging

/// A real server over a real socket in a temporary folder, stopped at the end of its life.
final class TestServer: Sendable {
    let shelf: ModelShelf
    let server: HearthServer
    let socketPath: String

    init(
        shelf: ModelShelf, workers: Int = 2, waiting: LoopWaitPolicy = .adaptive, admins: Set<UInt32> = [geteuid()],
        cacheByteBudget: Int = 64 << 20, limits: ServerLimits = ServerLimits()
    ) throws {
        self.shelf = shelf
        socketPath = shelf.folder.file("hearth.sock")
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        server = try HearthServer(
            ServerConfiguration(
                socket: SocketOptions(path: socketPath), workerCount: workers, waitPolicy: waiting,
                cacheByteBudget: cacheByteBudget, access: AccessPolicy(adminUIDs: admins), limits: limits),
            store: shelf.store, directory: shelf.directory, logger: logger)
    }

    func client(timeout: Duration = .seconds(10)) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = timeout
        return HearthClient(configuration)
    }

    deinit {
        server.stop()
    }
}
