import HearthArtifacts
package import HearthCore
import HearthLifecycle
import HearthMetrics
import HearthRegistry
import HearthServing
import HearthWire
import Logging
import Synchronization

/// Answers the calls that may wait: on one thread of its own, so that no worker ever waits for the registry.
package final class ControlPlane: Sendable {
    typealias Answer = @Sendable (Result<[UInt8], CallFailure>) -> Void

    private struct Request: Sendable {
        var route: Route
        var payload: [UInt8]
        var peer: Peer
        var answer: Answer
    }

    /// What `Stats` reports beside the counters.
    package struct Facts: Sendable {
        package var version: String
        package var waitPolicy: String
        package var workers: Int
        package var startedAt: MonotonicTime

        package init(version: String, waitPolicy: String, workers: Int, startedAt: MonotonicTime) {
            self.version = version
            self.waitPolicy = waitPolicy
            self.workers = workers
            self.startedAt = startedAt
        }
    }

    let manager: ModelManager
    let store: any RegistryStore
    let gates: PromotionGates
    let validator: RegistryValidator
    let directory: ModelDirectory
    /// Set by a call that has changed the registry; used by the control thread alone.
    let isIndexDue = Atomic<Bool>(false)
    let counters: [ServerCounters]
    let facts: Facts
    let logger: Logger
    /// Shared memory of clients; nil when it is not offered.
    let regions: SharedMemoryTable?
    /// Answers the calls that need not wait, for workers to call as well.
    let readiness: ReadinessAnswers
    /// What the server tells of its interface.
    let reflection = ReflectionIndex.embedded()
    private let queue = BlockingQueue<Request>(countMax: 1024)
    private let thread = Mutex<SystemThread?>(nil)

    init(
        manager: ModelManager, store: any RegistryStore, directory: ModelDirectory, gates: PromotionGates,
        counters: [ServerCounters], facts: Facts, logger: Logger, regions: SharedMemoryTable? = nil
    ) {
        self.gates = gates
        self.directory = directory
        validator = RegistryValidator(store: store, directory: directory)
        self.manager = manager
        self.store = store
        self.counters = counters
        self.facts = facts
        self.logger = logger
        self.regions = regions
        readiness = ReadinessAnswers(manager: manager)
    }

    func start() throws(SystemError) {
        let started = try SystemThread(name: "control") { [self] in
            let arena = Arena()
            while let request = queue.take() {
                request.answer(answer(request, arena))
                arena.reset()
                writeIndexIfDue()
            }
        }
        thread.withLock { $0 = started }
    }

    func stop() {
        queue.close()
        thread.withLock { $0.take() }?.join()
    }

    /// Takes a call; `answer` gets the packed reply on the control thread. Returns false when too many wait.
    func submit(_ route: Route, payload: [UInt8], peer: Peer, answer: @escaping Answer) -> Bool {
        queue.put(Request(route: route, payload: payload, peer: peer, answer: answer))
    }

    private func answer(_ request: Request, _ arena: Arena) -> Result<[UInt8], CallFailure> {
        do throws(CallFailure) {
            switch request.route {
            case .reload: return .success(try reply(request, arena, reload))
            case .list: return .success(try reply(request, arena, list))
            case .get: return .success(try reply(request, arena, get))
            case .promote: return .success(try reply(request, arena, promote))
            case .rollback: return .success(try reply(request, arena, rollback))
            case .stats: return .success(try reply(request, arena, stats))
            case .healthCheck, .serverLive, .serverReady, .modelReady:
                return try ready(request, arena)
            case .serverMetadata: return .success(try reply(request, arena, serverMetadata))
            case .modelMetadata: return .success(try reply(request, arena, modelMetadata))
            case .modelConfig: return .success(try reply(request, arena, modelConfig))
            case .modelStatistics: return .success(try reply(request, arena, modelStatistics))
            case .repositoryIndex: return .success(try reply(request, arena, repositoryIndex))
            case .repositoryModelLoad: return .success(try reply(request, arena, repositoryModelLoad))
            case .repositoryModelUnload: return .success(try reply(request, arena, repositoryModelUnload))
            case .sharedMemoryStatus: return .success(try reply(request, arena, sharedMemoryStatus))
            case .sharedMemoryRegister: return .success(try reply(request, arena, sharedMemoryRegister))
            case .sharedMemoryUnregister: return .success(try reply(request, arena, sharedMemoryUnregister))
            case .predict, .detect, .modelInfer, .modelStreamInfer, .watch, .healthWatch, .reflection,
                .reflectionAlpha:
                throw CallFailure(.internalError, "\(request.route.method) is no call of the control plane")
            }
        } catch {
            return .failure(error)
        }
    }

    /// What ``readiness`` answers, and from the registry what it cannot.
    private func ready(_ request: Request, _ arena: Arena) throws(CallFailure) -> Result<[UInt8], CallFailure> {
        let answer = unsafe request.payload.withUnsafeBytes {
            unsafe readiness.answer(request.route, ByteView($0), in: arena)
        }
        if let answer { return answer }
        return .success(try reply(request, arena, modelReady))
    }

    private func reply<Message: ControlMessage, Reply: ControlMessage>(
        _ request: Request, _ arena: Arena, _ body: (Message, Peer) throws(CallFailure) -> Reply
    ) throws(CallFailure) -> [UInt8] {
        let message = unsafe request.payload.withUnsafeBytes { unsafe Message.unpack(ByteView($0), in: arena) }
        guard let message else { throw .noRequest(of: request.route) }
        let reply = try body(message, request.peer)
        let bytes: [UInt8]? = reply.pack(in: arena) { packed in
            guard !arena.isExhausted, packed.count <= WireLimits.frameDataByteCountMax - 16 else { return nil }
            return unsafe Array(packed.buffer)
        }
        guard let bytes else {
            let message = "the reply would be over \(ByteCount(WireLimits.frameDataByteCountMax)); ask for less at once"
            throw CallFailure(.resourceExhausted, message)
        }
        return bytes
    }
}
