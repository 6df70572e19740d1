package import HearthArtifacts
package import HearthCore
package import HearthLifecycle
import HearthMetrics
package import HearthRegistry
package import HearthServing
package import Logging

/// What a server is started with.
package struct ServerConfiguration: Sendable {
    package var socket: SocketOptions
    /// A socket that the process was started with: it is served, and none is made.
    package var activatedSocket: ActivatedSocket?
    package var workerCount: Int
    package var waitPolicy: LoopWaitPolicy
    package var cacheByteBudget: Int
    package var access: AccessPolicy
    package var limits: ServerLimits
    /// Registered models whose production version is never evicted.
    package var pinned: Set<ModelName>
    /// Whether all production versions are loaded at the start, or only the pinned ones.
    package var preloadsAll: Bool
    /// The folder in which clients may have tensors, as `/dev/shm` (``SharedMemoryTable/systemDirectory``); nil for
    /// none: shared memory is not offered.
    package var sharedMemoryDirectory: String?
    /// What the metrics of a version must satisfy before it is promoted.
    package var promotionRules: [MetricRule] = []
    /// How long after its training a model counts as old (R75); nil for never.
    package var staleAfter: Duration?
    /// Where the last known good set is kept; nil for nowhere.
    package var knownGoodFile: KnownGoodFile?
    /// Where measurements are kept (R110); nil for nowhere.
    package var metricStore: (any MetricStore)?
    /// How long measurements are kept; nil for ever.
    package var metricRetention: Duration?

    package init(
        socket: SocketOptions, activatedSocket: ActivatedSocket? = nil, workerCount: Int,
        waitPolicy: LoopWaitPolicy = .adaptive,
        cacheByteBudget: Int = 256 << 20, access: AccessPolicy, limits: ServerLimits = ServerLimits(),
        pinned: Set<ModelName> = [],
        preloadsAll: Bool = true, sharedMemoryDirectory: String? = nil
    ) {
        self.socket = socket
        self.activatedSocket = activatedSocket
        self.workerCount = workerCount
        self.waitPolicy = waitPolicy
        self.cacheByteBudget = cacheByteBudget
        self.access = access
        self.limits = limits
        self.pinned = pinned
        self.preloadsAll = preloadsAll
        self.sharedMemoryDirectory = sharedMemoryDirectory
    }
}

/// The warm-cache inference server: names the concrete parts and hands them to each other, starts them and stops them.
package final class HearthServer: Sendable {
    /// The version that `Stats` and `--version` report.
    package static let version = "0.1.0"

    private let manager: ModelManager
    private let loaders: LoaderPool
    /// Threads that fetch from another machine; nil where nothing is fetched.
    private let fetchers: LoaderPool?
    private let compute: ComputePool
    private let control: ControlPlane
    private let watcher: RegistryWatcher
    private let keeper: RegistryKeeper
    private let mailboxes: [Mailbox]
    private let threads: [SystemThread]
    private let listener: UnixListener
    private let callLog: CallLog
    private let logger: Logger

    /// Loads the production models, opens the socket and starts to answer.
    ///
    /// - Parameter remote: where versions come from that the model directory lacks; nil for nowhere.
    /// - Throws: ``SystemError`` or ``ListenerError`` when the system or the socket is not to be had. A registry that
    ///   cannot be read
    ///   yet is no error: the server says so and goes on trying.
    package init(
        _ configuration: ServerConfiguration, store: any RegistryStore, directory: ModelDirectory,
        remote: (any ArtifactStore)? = nil, logger: Logger
    ) throws {
        self.logger = logger
        let workerCount = max(1, configuration.workerCount)
        let counters = (0...workerCount).map { _ in ServerCounters() }
        let mailboxes = try (0..<workerCount).map { _ in try Mailbox() }
        self.mailboxes = mailboxes
        // The lock and the address first: a second server must not touch anything of the first.
        listener = try configuration.activatedSocket.map(UnixListener.init) ?? .open(configuration.socket)
        callLog = try CallLog(logger: logger)

        loaders = try LoaderPool(threadCount: 2)
        fetchers = try remote.map { (_) throws(SystemError) in try LoaderPool(threadCount: 2) }
        compute = try ComputePool(threadCount: SystemInformation.processorCount)
        let cache = ModelCache(byteBudget: configuration.cacheByteBudget)
        cache.pin(configuration.pinned)
        let loader = ArtifactLoader(directory: directory, remote: remote, logger: logger)
        let pinned = configuration.pinned
        let preloadsAll = configuration.preloadsAll
        let recorder = configuration.metricStore.map { _ in MetricRecorder(counters: counters[workerCount]) }
        manager = ModelManager(
            store: store, cache: cache, pool: loaders, counters: counters[workerCount], logger: logger,
            preloads: { preloadsAll || pinned.contains($0) }, staleAfter: configuration.staleAfter,
            metrics: recorder,
            loader: { version throws(CallFailure) in try loader.load(version) },
            blobLoader: { version throws(CallFailure) in
                try loader.load(version, from: store)
            },
            remoteLoads: fetchers.map { ModelManager.RemoteLoads(pool: $0, isRemote: loader.isRemote) },
            publish: { event in for mailbox in mailboxes { mailbox.post(.event(event)) } })
        control = ControlPlane(
            manager: manager, store: store, directory: directory,
            gates: PromotionGates(rules: configuration.promotionRules), counters: counters,
            facts: ControlPlane.Facts(
                version: Self.version, waitPolicy: configuration.waitPolicy.description, workers: workerCount,
                startedAt: .now()), logger: logger,
            regions: try configuration.sharedMemoryDirectory.map { (path) throws(SystemError) in
                try SharedMemoryTable(directory: path)
            })
        watcher = try RegistryWatcher(
            directory: directory.path, manager: manager, store: store, logger: logger,
            disk: DiskGauge(directory: directory, logger: logger))

        keeper = try RegistryKeeper(
            manager: manager, store: store, file: configuration.knownGoodFile, holder: Self.holder(),
            metrics: recorder.flatMap { recorder in
                configuration.metricStore.map { store in
                    RegistryKeeper.Metrics(
                        recorder: recorder, store: store, totals: counters, counters: counters[workerCount],
                        retention: configuration.metricRetention)
                }
            }, logger: logger)

        Self.load(manager, configuration.knownGoodFile, logger)
        let services = WorkerServices(
            manager: manager, compute: compute, control: control, access: configuration.access,
            callLog: callLog, limits: configuration.limits, workerCount: workerCount,
            waitPolicy: configuration.waitPolicy, permits: SpinPermits(processorCount: SystemInformation.processorCount)
        )
        let gauge = ConnectionGauge(mailboxes: mailboxes)
        let accounts = PeerAccounts(limits: configuration.limits.perUser)
        var threads: [SystemThread] = []
        for index in 0..<workerCount {
            // Sound: made here, so that what fails is thrown, and from then on used by its thread alone.
            nonisolated(unsafe) let loop = try WorkerLoop(
                services: services, counters: counters[index], mailbox: mailboxes[index], gauge: gauge, logger: logger)
            if index == 0 {
                unsafe try loop.accept(
                    with: Acceptor(
                        descriptor: listener.descriptor, gauge: gauge, limits: configuration.limits,
                        access: configuration.access, accounts: accounts, counters: counters[0], logger: logger))
            }
            threads.append(try SystemThread(name: "worker-\(index)") { unsafe loop.run() })
        }
        self.threads = threads
        try control.start()
        try watcher.start()
        try keeper.start()
        try callLog.start()
        logger.notice(
            "serving",
            metadata: [
                "socket": "\(listener.path)", "workers": "\(workerCount)",
                "wait": "\(configuration.waitPolicy)", "models": "\(manager.pointers.count)",
            ])
    }

    /// What it serves and where, in a few words.
    package var status: String { "Serving \(manager.pointers.count) models on \(listener.path)" }

    /// Compares everything with the registry now, and tries again what has failed. Returns when all that had to be
    /// loaded is loaded or has failed; what was served before goes on answering meanwhile, and after a failure.
    package func reload() {
        logger.notice("reloading")
        do {
            let failures = try manager.reconcile(isForced: true).failures
            for (modelID, failure) in failures {
                logger.error(
                    "model not loaded; what answered before still does",
                    metadata: ["model_id": "\(modelID)", "error": "\(failure.message)"])
            }
            logger.notice(
                "reloaded", metadata: ["models": "\(manager.pointers.count)", "failed": "\(failures.count)"])
        } catch {
            logger.error("registry cannot be read; serving on from memory", metadata: ["error": "\(error)"])
        }
    }

    /// Stops: no new connections, what has arrived is answered, then everything ends. Returns when all threads have
    /// ended. Call it once.
    package func stop() {
        logger.notice("stopping")
        control.readiness.beginStopping()
        listener.unlinkSocket()
        // The first worker takes the connections that wait, then has all workers drain.
        mailboxes.first?.post(.stopAccepting)
        for thread in threads { thread.join() }
        watcher.stop()
        keeper.stop()
        control.stop()
        compute.stop()
        loaders.stop()
        fetchers?.stop()
        callLog.stop()
        logger.notice("stopped")
    }
}
