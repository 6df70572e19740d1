import ArgumentParser
import Glibc
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthServer
import Logging

/// The warm-cache inference process.
@main
struct Hearthd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hearthd",
        abstract: "Serves the production models of a model directory over a Unix socket.",
        discussion: """
            hearthd keeps the production version of every registered model in memory, answers predict and detect calls \
            in microseconds, and exchanges a model within milliseconds of its promotion without dropping a call.

            Example:
              hearthd --models-dir ./models --socket ./hearth.sock
              hearth --socket ./hearth.sock stats

            SIGTERM and SIGINT stop it cleanly: calls that have arrived are answered first.
            """,
        version: HearthServer.version)

    @Option(help: "The Unix socket to listen on.")
    var socket = "/run/hearth/hearth.sock"

    @Option(help: "Mode of the socket, octal: who may connect.")
    var socketMode = "0660"

    @Option(help: "Numeric owner of the socket.")
    var socketUid: UInt32?

    @Option(help: "Numeric group of the socket.")
    var socketGid: UInt32?

    @Option(help: "The model directory (default: $ML_MODELS_DIR, else /app/ml_models).")
    var modelsDir: String?

    @Option(help: "The registry's SQLite file (default: registry.sqlite in the model directory).")
    var registry: String?

    @Option(help: "Worker threads (default: one per processor).")
    var workers: Int?

    @Option(help: "How a worker waits: adaptive, block, or spin:<microseconds>.")
    var wait = "adaptive"

    @Option(help: "Memory for models, e.g. 256MiB. What was used longest ago is unloaded beyond it.")
    var cacheBytes = "256MiB"

    @Option(help: "A registered model whose production version is never unloaded. Repeat for several.")
    var pin: [String] = []

    @Flag(help: "Load at the start only what is pinned; the rest when it is asked for.")
    var lazy = false

    @Option(help: "Most connections at once.")
    var maxConnections = 1024

    @Option(help: "A user id that may reload, promote and roll back. Repeat for several (default: the server's own).")
    var adminUid: [UInt32] = []

    @Option(help: "A group id that may do the same. Repeat for several.")
    var adminGid: [UInt32] = []

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    @Option(help: "text (key=value) or json, one event per line, on standard error.")
    var logFormat = "text"

    mutating func validate() throws {
        guard LoopWaitPolicy(text: wait) != nil else {
            throw ValidationError("--wait '\(wait)' is none of adaptive, block, spin:<microseconds from 1 to 1000000>")
        }
        guard ByteCount(text: cacheBytes) != nil else {
            throw ValidationError("--cache-bytes '\(cacheBytes)' is no size; write 256MiB, 1GiB or a number of bytes")
        }
        guard UInt32(socketMode, radix: 8).map({ $0 <= 0o777 }) == true else {
            throw ValidationError("--socket-mode '\(socketMode)' is no octal mode; write 0660")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError(
                "--log-level '\(logLevel)' is none of trace, debug, info, notice, warning, error, critical")
        }
        guard LogFormat(rawValue: logFormat) != nil else {
            throw ValidationError("--log-format '\(logFormat)' is neither text nor json")
        }
        guard workers.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--workers must be 1 to 256")
        }
        for name in pin {
            do { _ = try ModelName(name) } catch { throw ValidationError("--pin: \(error)") }
        }
        guard (1...100_000).contains(maxConnections) else {
            throw ValidationError("--max-connections must be 1 to 100000")
        }
    }

    func run() throws {
        let signals = try StopSignals()
        let logger = makeLogger()
        DescriptorLimit.raise(for: maxConnections, logger)
        let server: HearthServer
        do {
            let path = modelsDir ?? environment("ML_MODELS_DIR") ?? "/app/ml_models"
            let directory = try ModelDirectory(path, create: true)
            let store =
                try registry.map { (path) throws(RegistryError) in try SQLiteRegistryStore.open(path: path) }
                ?? SQLiteRegistryStore.open(modelDirectory: directory.path)
            server = try HearthServer(try makeConfiguration(), store: store, directory: directory, logger: logger)
        } catch {
            logger.critical("cannot start", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        signals.wait()
        server.stop()
    }

    private func makeConfiguration() throws -> ServerConfiguration {
        var limits = ServerLimits()
        limits.connectionCountMax = maxConnections
        return ServerConfiguration(
            socket: SocketOptions(
                path: socket, mode: UInt32(socketMode, radix: 8) ?? 0o660, uid: socketUid, gid: socketGid),
            workerCount: workers ?? SystemInformation.processorCount,
            waitPolicy: LoopWaitPolicy(text: wait) ?? .adaptive,
            cacheByteBudget: ByteCount(text: cacheBytes)?.bytes ?? 256 << 20,
            access: AccessPolicy(
                adminUIDs: adminUid.isEmpty && adminGid.isEmpty ? [geteuid()] : Set(adminUid),
                adminGIDs: Set(adminGid)),
            limits: limits, pinned: Set(try pin.map { try ModelName($0) }), preloadsAll: !lazy)
    }

    private func makeLogger() -> Logger {
        let format = LogFormat(rawValue: logFormat) ?? .text
        var logger = Logger(label: "hearthd") { LineLogHandler(label: $0, format: format) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        return logger
    }

    private func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
