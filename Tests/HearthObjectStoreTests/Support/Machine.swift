import Glibc
import HearthArtifacts
import HearthClient
import HearthRegistry
import HearthServer
import HearthTestSupport
import Logging

/// Another machine: an empty model directory of its own, the registry that all share, and a server over both.
final class Machine: Sendable {
    private static let folders = "models"

    let folder: TemporaryFolder
    let directory: ModelDirectory
    let server: HearthServer
    private let socketPath: String

    /// - Parameter directory: one that is there already; nil for an empty one.
    init(
        registry: any RegistryStore, remote: any ArtifactStore, limits: ArtifactLimits = ArtifactLimits(),
        directory: ModelDirectory? = nil
    ) throws {
        folder = try TemporaryFolder()
        self.directory = try directory ?? ModelDirectory(folder.file(Self.folders), create: true, limits: limits)
        socketPath = folder.file("hearth.sock")
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        server = try HearthServer(
            ServerConfiguration(
                socket: SocketOptions(path: socketPath), workerCount: 1, waitPolicy: .block, cacheByteBudget: 64 << 20,
                access: AccessPolicy(adminUIDs: [geteuid()])),
            store: registry, directory: self.directory, remote: remote, logger: logger)
    }

    deinit { server.stop() }

    /// Waits long for an answer and takes the first one, also when it is a refusal.
    var client: HearthClient {
        var configuration = HearthClient.Configuration.patient(socketPath)
        configuration.repeatsCalls = false
        return HearthClient(configuration)
    }

    /// For calls that are meant to wait in vain: it gives up after a second.
    var impatientClient: HearthClient { HearthClient(HearthClient.Configuration(socketPath: socketPath)) }

    /// The answer to one row, as bits.
    func score(_ model: String, _ row: [Double], version: String = "") throws -> UInt64 {
        try client.predict(model: model, rows: row, version: version).outputs[0].values[0].bitPattern
    }
}
