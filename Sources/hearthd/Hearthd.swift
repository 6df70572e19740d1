import ArgumentParser
import Glibc
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthObjectStore
import HearthRegistry
import HearthRegistryOpening
import HearthServer
import HearthServing
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
              hearth stats --socket ./hearth.sock

            SIGTERM and SIGINT stop it cleanly: calls that have arrived are answered first. SIGHUP compares all models \
            with the registry at once and tries again what has failed.

            Who may connect is a matter of the socket's mode and group. Who may call what is a matter of the user or \
            group at the other end, which the kernel tells: predictions and questions are open, changes are for \
            admins, and --allow says otherwise. The first rule that fits a call decides, and only those it names \
            may make it:
              --allow 'grpc admin = nobody'                       no changes over gRPC
              --allow 'hearth.v1.Models/Promote = group:release'  only these may promote
              --allow 'data, read = anyone, !user:guest'          no predictions for one user

            With --artifact-store, versions that other machines published into a bucket are fetched when they are \
            first loaded, checked, and kept in the model directory; from then on they are local. Credentials come \
            from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region from AWS_REGION:
              hearthd --artifact-store s3://models/hearth
              hearthd --artifact-store s3://models --s3-endpoint http://minio:9000
            While the bucket is away, what is in the model directory is loaded and answered as ever.

            Started by systemd with a socket (LISTEN_FDS), it serves that one and does not open --socket; it tells \
            systemd when it is ready (NOTIFY_SOCKET). Units are in deploy/systemd.
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

    @Option(
        help: """
            The registry: a SQLite file, or postgresql://user@host/database (default: HEARTH_REGISTRY, else \\
            registry.sqlite in the model directory).
            """)
    var registry: String?

    @Option(
        help: """
            The folder in which the server keeps the production set that it serves, to start with when the registry \\
            is away (default: the model directory, or $STATE_DIRECTORY where that is read-only).
            """)
    var stateDir: String?

    @Flag(inversion: .prefixedNo, help: "Write load times and counts of calls to the table ml_metrics, in batches.")
    var metrics = true

    @Option(help: "Days after which rows of ml_metrics are removed; 0 for never.")
    var metricsDays = 30

    @Option(help: "Worker threads (default: one per processor).")
    var workers: Int?

    @Option(help: "How a worker waits: adaptive, block, or spin:<microseconds>.")
    var wait = "adaptive"

    @Option(help: "Memory for models, e.g. 256MiB. What was used longest ago is unloaded beyond it.")
    var cacheBytes = "256MiB"

    @Option(
        help: ArgumentHelp(
            "The largest model file that is loaded, e.g. 10MB or 64MiB.",
            discussion: "A larger one is refused before anything of it is read, with this option's name.",
            valueName: "size"))
    var maxFileSize = "10MB"

    @Option(
        help: ArgumentHelp(
            "The most that all versions in the model directory together may take, e.g. 100MB.",
            discussion: "What is fetched from --artifact-store is held against it; 'hearth' has the same option.",
            valueName: "size"))
    var maxTotalSize = "100MB"

    @Option(
        help: ArgumentHelp(
            "Where versions come from that the model directory lacks: s3://bucket or s3://bucket/prefix.",
            valueName: "url"))
    var artifactStore: String?

    @Option(
        help: ArgumentHelp(
            "The server of --artifact-store, where it is not Amazon's (default: $AWS_ENDPOINT_URL).",
            valueName: "url"))
    var s3Endpoint: String?

    @Option(help: "A registered model whose production version is never unloaded. Repeat for several.")
    var pin: [String] = []

    @Flag(help: "Load at the start only what is pinned; the rest when it is asked for.")
    var lazy = false

    @Option(help: "Most connections at once.")
    var maxConnections = 1024

    @Option(
        help: ArgumentHelp(
            "Connections of one user at once (default: no limit but --max-connections).",
            discussion: "Keep it below --max-connections where users do not trust each other.", valueName: "count"))
    var connectionsPerUid: Int?

    @Option(
        help: ArgumentHelp(
            "Calls of one user that wait for a load, a batch or the registry (default: no limit).", valueName: "count"))
    var inFlightPerUid: Int?

    @Option(
        help: ArgumentHelp(
            "Calls a second of one user, and how many at once after a pause (default: no limit).",
            discussion:
                "500:2000 answers 500 a second and 2000 in a burst; 500 alone allows bursts of two seconds' worth.",
            valueName: "rate[:burst]"))
    var ratePerUid: String?

    @Option(
        help: ArgumentHelp(
            "Who may make which calls, e.g. 'grpc admin = uid:1000, group:ops'. Repeat; the first that fits decides.",
            discussion: """
                [lane] calls = who. Lane: fast, grpc or any (both, as without). Calls: data (predictions), read \
                (questions), admin (changes), a service (hearth.v1.Models), a call (hearth.v1.Models/Promote) or *; \
                several with commas. Who: anyone, nobody, admins, uid:<number>, gid:<number>, user:<name>, \
                group:<name>; with ! those who may not. Calls that no rule names: data and read for anyone, admin for \
                admins.
                """, valueName: "rule"))
    var allow: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Let clients pass tensors in files of /dev/shm: Triton's system shared memory.",
            discussion: """
                Worth it for batches of megabytes over gRPC (tritonclient.utils.shared_memory). A client registers \
                only files of its own user, and hearthd must be allowed to open them: run both as one user, or make \
                the files readable and writable by hearthd's group (shm_open makes them private).
                """))
    var sharedMemory = false

    @Option(help: "A user id that may reload, promote and roll back. Repeat for several (default: the server's own).")
    var adminUid: [UInt32] = []

    @Option(help: "A group id whose members may do the same. Repeat for several.")
    var adminGid: [UInt32] = []

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    @Option(help: "text (key=value) or json, one event per line, on standard error.")
    var logFormat = "text"

    @Option(help: "english, or specification: the log lines in the words of the ML specification, for its grep.")
    var logTexts = "english"

    @Option(
        help: ArgumentHelp(
            "What the metrics of a version must satisfy to be promoted. Repeat for several.",
            discussion: """
                METRIC>=NUMBER or METRIC<=NUMBER; in the place of the number, production stands for the figure of the \
                version in production: 'roc_auc>=0.9', 'roc_auc>=production-0.01'.
                """, valueName: "rule"))
    var promotionRule: [String] = []

    @Option(help: "Days after its training at which a model counts as old: a warning when it is loaded; 0 for never.")
    var staleDays = 90

    mutating func validate() throws {
        guard LoopWaitPolicy(text: wait) != nil else {
            throw ValidationError("--wait '\(wait)' is none of adaptive, block, spin:<microseconds from 1 to 1000000>")
        }
        guard ByteCount(text: cacheBytes) != nil else {
            throw ValidationError("--cache-bytes '\(cacheBytes)' is no size; write 256MiB, 1GiB or a number of bytes")
        }
        guard ByteCount(decimalText: maxFileSize).map({ $0.bytes > 0 }) == true else {
            throw ValidationError("--max-file-size '\(maxFileSize)' is no size; write 10MB, 64MiB or a number of bytes")
        }
        guard ByteCount(decimalText: maxTotalSize).map({ $0.bytes > 0 }) == true else {
            throw ValidationError(
                "--max-total-size '\(maxTotalSize)' is no size; write 100MB, 1GiB or a number of bytes")
        }
        guard artifactStore != nil || s3Endpoint == nil else {
            throw ValidationError("--s3-endpoint needs --artifact-store")
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
        guard LogTexts(rawValue: logTexts) != nil else {
            throw ValidationError("--log-texts '\(logTexts)' is neither english nor specification")
        }
        guard (0...36_500).contains(staleDays) else { throw ValidationError("--stale-days must be 0 to 36500") }
        guard (0...36_500).contains(metricsDays) else { throw ValidationError("--metrics-days must be 0 to 36500") }
        for rule in promotionRule {
            do { _ = try MetricRule(rule) } catch { throw ValidationError("--promotion-rule: \(error.message)") }
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
        try validateAccess()
    }

    private func validateAccess() throws {
        guard connectionsPerUid.map({ (1...100_000).contains($0) }) ?? true else {
            throw ValidationError("--connections-per-uid must be 1 to 100000; leave it out for no limit")
        }
        guard inFlightPerUid.map({ (1...1_000_000).contains($0) }) ?? true else {
            throw ValidationError("--in-flight-per-uid must be 1 to 1000000; leave it out for no limit")
        }
        if let ratePerUid, PeerLimits.Rate(text: ratePerUid) == nil {
            throw ValidationError(
                "--rate-per-uid '\(ratePerUid)' is no rate; write calls a second from 1 to "
                    + "\(PeerLimits.Rate.perSecondMax), and a burst after a colon if you like, e.g. 500:2000")
        }
        do { _ = try AccessRule.list(allow) } catch { throw ValidationError("--allow: \(error)") }
    }

    func run() throws {
        let signals = try StopSignals()
        let logger = makeLogger()
        DescriptorLimit.raise(
            connectionCount: maxConnections, regionCount: sharedMemory ? SharedMemoryLimits.regionCountMax : 0, logger)
        SystemMemory.giveBackLargeBlocks()
        let supervisor: Supervisor
        let server: HearthServer
        let remote: S3ArtifactStore?
        do {
            // Before there are other threads: it changes the environment.
            supervisor = try Supervisor(logger)
            let path = modelsDir ?? environment("ML_MODELS_DIR") ?? "/app/ml_models"
            let directory = try openDirectory(path, logger)
            let location = RegistryLocation(
                option: registry, environment: environment(RegistryLocation.environmentVariable),
                modelDirectory: directory.path)
            let store = try location.open {
                logger.warning("the registry has a damaged row", metadata: ["error": "\($0)"])
            }
            remote = try artifactStore.map { (url) throws(ArtifactError) in
                try S3ArtifactStore(
                    url: url, endpoint: s3Endpoint, limits: directory.limits, patience: .server,
                    environment: environment)
            }
            var configuration = try makeConfiguration(supervisor.socket)
            configuration.knownGoodFile = knownGoodFile(directory, location, logger)
            configuration.metricStore = metrics ? store : nil
            configuration.metricRetention = metricsDays == 0 ? nil : .seconds(metricsDays * 86_400)
            server = try HearthServer(
                configuration, store: store, directory: directory, remote: remote, logger: logger)
        } catch {
            logger.critical("cannot start", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        supervisor.ready(server)
        while signals.wait() == .reload {
            supervisor.reloading()
            server.reload()
            supervisor.ready(server)
        }
        supervisor.stopping()
        // A fetch that is under way would hold the end up.
        remote?.close()
        server.stop()
    }

    /// The model directory; one that this process cannot write is served all the same.
    private func openDirectory(_ path: String, _ logger: Logger) throws(ArtifactError) -> ModelDirectory {
        let standard = ArtifactLimits()
        let limits = ArtifactLimits(
            fileByteCountMax: ByteCount(decimalText: maxFileSize)?.bytes ?? standard.fileByteCountMax,
            totalByteCountMax: ByteCount(decimalText: maxTotalSize)?.bytes ?? standard.totalByteCountMax)
        do {
            return try ModelDirectory(path, create: true, limits: limits)
        } catch {
            guard error.code == .permissionDenied else { throw error }
            let directory = try ModelDirectory(path, access: .readOnly, limits: limits)
            logger.warning(
                "the model directory is read-only: damaged versions stay where they are, conversions are not kept",
                metadata: ["error": "\(error)"])
            return directory
        }
    }

    /// Where the last known good set is kept; nil, with a warning, when there is no folder for it.
    private func knownGoodFile(
        _ directory: ModelDirectory, _ location: RegistryLocation, _ logger: Logger
    ) -> KnownGoodFile? {
        let isWritable = unsafe access(directory.path, W_OK) == 0
        // systemd separates several folders with colons.
        let own = environment("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
        guard let folder = stateDir ?? (isWritable ? directory.path : own) else {
            logger.warning("no folder for the last known good set; give one with --state-dir")
            return nil
        }
        return KnownGoodFile(folder: folder, registry: location.publicName)
    }

    private func makeConfiguration(_ activatedSocket: ActivatedSocket?) throws -> ServerConfiguration {
        var limits = ServerLimits()
        limits.connectionCountMax = maxConnections
        limits.perUser = PeerLimits(
            rate: ratePerUid.flatMap { PeerLimits.Rate(text: $0) }, inFlightCallCountMax: inFlightPerUid,
            connectionCountMax: connectionsPerUid)
        var configuration = ServerConfiguration(
            socket: SocketOptions(
                path: socket, mode: UInt32(socketMode, radix: 8) ?? 0o660, uid: socketUid, gid: socketGid),
            activatedSocket: activatedSocket,
            workerCount: workers ?? SystemInformation.processorCount,
            waitPolicy: LoopWaitPolicy(text: wait) ?? .adaptive,
            cacheByteBudget: ByteCount(text: cacheBytes)?.bytes ?? 256 << 20,
            access: AccessPolicy(
                adminUIDs: adminUid.isEmpty && adminGid.isEmpty ? [geteuid()] : Set(adminUid),
                adminGIDs: Set(adminGid), rules: try AccessRule.list(allow)),
            limits: limits, pinned: Set(try pin.map { try ModelName($0) }), preloadsAll: !lazy,
            sharedMemoryDirectory: sharedMemory ? SharedMemoryTable.systemDirectory : nil)
        configuration.promotionRules = try promotionRule.map { try MetricRule($0) }
        configuration.staleAfter = staleDays == 0 ? nil : .seconds(staleDays * 86_400)
        return configuration
    }

    private func makeLogger() -> Logger {
        let format = LogFormat(rawValue: logFormat) ?? .text
        let texts = LogTexts(rawValue: logTexts) ?? .english
        var logger = Logger(label: "hearthd") { LineLogHandler(label: $0, format: format, texts: texts) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        return logger
    }

    private func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
