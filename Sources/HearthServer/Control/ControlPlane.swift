package import HearthCore
import HearthKernels
import HearthMetrics
import HearthModel
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

    /// The most versions that `List` gives at once.
    private static let listCountMax = 1000

    private let manager: ModelManager
    private let store: any RegistryStore
    private let counters: [ServerCounters]
    private let facts: Facts
    private let logger: Logger
    private let queue = BlockingQueue<Request>(countMax: 1024)
    private let thread = Mutex<SystemThread?>(nil)

    init(
        manager: ModelManager, store: any RegistryStore, counters: [ServerCounters], facts: Facts, logger: Logger
    ) {
        self.manager = manager
        self.store = store
        self.counters = counters
        self.facts = facts
        self.logger = logger
    }

    func start() throws(SystemError) {
        let started = try SystemThread(name: "control") { [self] in
            let arena = Arena()
            while let request = queue.take() {
                request.answer(answer(request, arena))
                arena.reset()
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
            default:
                throw CallFailure(.internalError, "\(request.route.method) is no call of the control plane")
            }
        } catch {
            return .failure(error)
        }
    }

    private func reply<Message: ControlMessage, Reply: ControlMessage>(
        _ request: Request, _ arena: Arena, _ body: (Message, Peer) throws(CallFailure) -> Reply
    ) throws(CallFailure) -> [UInt8] {
        let message = unsafe request.payload.withUnsafeBytes { unsafe Message.unpack(ByteView($0), in: arena) }
        guard let message else {
            throw CallFailure(.invalidArgument, "the payload is no hearth.v1.\(Message.self)")
        }
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

    // MARK: - Calls

    private func reload(_ request: ReloadRequest, _ peer: Peer) throws(CallFailure) -> ReloadResponse {
        let name = request.modelName.isEmpty ? nil : try modelName(request.modelName)
        var reply = ReloadResponse()
        let (headVersion, failures) = try registry { () throws(RegistryError) in
            try manager.reconcile(isForced: true, only: name)
        }
        if let (modelID, failure) = failures.first {
            throw CallFailure(
                .failedPrecondition,
                "'\(modelID)' was not loaded, what answered before still does: \(failure.message)")
        }
        reply.headVersion = headVersion
        reply.models = served(name)
        return reply
    }

    private func list(_ request: ListRequest, _ peer: Peer) throws(CallFailure) -> ListResponse {
        let name = request.modelName.isEmpty ? nil : try modelName(request.modelName)
        let limit = request.limit == 0 ? 100 : min(Int(request.limit), Self.listCountMax)
        var reply = ListResponse()
        let versions = try registry { () throws(RegistryError) in try store.versions(of: name, limit: limit) }
        let pointers = try registry { () throws(RegistryError) in try store.productionSnapshot().pointers }
        reply.versions = versions.map { version in
            version.message(pointer: pointers.first { $0.name == version.name })
        }
        reply.served = served(name)
        return reply
    }

    private func get(_ request: GetRequest, _ peer: Peer) throws(CallFailure) -> GetResponse {
        let version = try find(request)
        let pointer = try registry { () throws(RegistryError) in try store.productionPointer(of: version.name) }
        var reply = GetResponse()
        reply.version = version.message(pointer: pointer)
        if let servable = try? manager.load(version.modelID) {
            let model = servable.model
            reply.columns = model.signature.columnNames
            reply.columnCount = UInt32(clamping: model.signature.columnCount)
            reply.outputs = model.outputs.map(\.name)
            reply.threshold = model.threshold ?? 0
        }
        reply.served = served(version.name).first { $0.modelVersion == version.modelID.text }
        if reply.served == nil {
            var message = ServedModelMessage()
            (message.state, message.error) = manager.loadState(of: version.modelID)
            message.modelName = version.name.text
            message.modelVersion = version.modelID.text
            reply.served = message
        }
        return reply
    }

    private func find(_ request: GetRequest) throws(CallFailure) -> ModelVersion {
        let modelID: ModelID
        if request.modelVersion.isEmpty {
            let name = try modelName(request.modelName)
            let pointer = try registry { () throws(RegistryError) in try store.productionPointer(of: name) }
            guard let pointer else {
                throw CallFailure(.notFound, "no production version of '\(name)'; see 'hearth models list'")
            }
            modelID = pointer.modelID
        } else {
            modelID = try id(request.modelVersion)
        }
        let version = try registry { () throws(RegistryError) in try store.version(modelID) }
        guard let version, request.modelName.isEmpty || version.name.text == request.modelName else {
            throw CallFailure(.notFound, "no version '\(modelID)' of '\(request.modelName)'; see 'hearth models list'")
        }
        return version
    }

    private func promote(_ request: PromoteRequest, _ peer: Peer) throws(CallFailure) -> PointerResponse {
        let name = try modelName(request.modelName)
        let modelID = try id(request.modelVersion)
        // A version that this server cannot load is not promoted: it is tried first.
        _ = try manager.load(modelID)
        let expected = request.expectedGeneration == 0 ? nil : Int64(clamping: request.expectedGeneration)
        let pointer = try registry { () throws(RegistryError) in
            try store.promote(
                modelID, of: name, expectedGeneration: expected, actor: "uid \(peer.uid)", reason: request.reason)
        }
        logger.notice(
            "model promoted",
            metadata: [
                "model": "\(name)", "model_id": "\(modelID)", "generation": "\(pointer.generation)",
                "uid": "\(peer.uid)",
                "pid": "\(peer.pid)",
            ])
        return try takeOver(pointer)
    }

    private func rollback(_ request: RollbackRequest, _ peer: Peer) throws(CallFailure) -> PointerResponse {
        let name = try modelName(request.modelName)
        // As with a promotion: what cannot be loaded does not come into production.
        let before = try registry { () throws(RegistryError) in try store.productionPointer(of: name) }
        if let previous = before?.previousModelID { _ = try manager.load(previous) }
        let expected = request.expectedGeneration == 0 ? nil : Int64(clamping: request.expectedGeneration)
        let pointer = try registry { () throws(RegistryError) in
            try store.rollback(name, expectedGeneration: expected, actor: "uid \(peer.uid)", reason: request.reason)
        }
        logger.notice(
            "model rolled back",
            metadata: [
                "model": "\(name)", "model_id": "\(pointer.modelID)", "generation": "\(pointer.generation)",
                "uid": "\(peer.uid)", "pid": "\(peer.pid)",
            ])
        return try takeOver(pointer)
    }

    /// Serves a new pointer before its reply goes out, so that who promoted sees the new version in the next call.
    private func takeOver(_ pointer: ProductionPointer) throws(CallFailure) -> PointerResponse {
        let (headVersion, failures) = try registry { () throws(RegistryError) in try manager.reconcile() }
        if let failure = failures[pointer.modelID] {
            let message =
                "'\(pointer.modelID)' is in production in the registry, but was not loaded here, and what answered "
                + "before still does: \(failure.message)"
            throw CallFailure(failure.code, message)
        }
        var reply = PointerResponse()
        reply.modelName = pointer.name.text
        reply.modelVersion = pointer.modelID.text
        reply.previousModelVersion = pointer.previousModelID?.text ?? ""
        reply.generation = UInt64(clamping: pointer.generation)
        reply.headVersion = headVersion
        reply.changedAtMicroseconds = pointer.changedAt.microseconds
        return reply
    }

    private func stats(_ request: StatsRequest, _ peer: Peer) throws(CallFailure) -> StatsResponse {
        var reply = StatsResponse()
        reply.version = facts.version
        reply.uptimeSeconds = Double(MonotonicTime.now() - facts.startedAt) / 1e9
        reply.waitPolicy = facts.waitPolicy
        reply.workers = UInt32(clamping: facts.workers)
        reply.cacheBytes = UInt64(clamping: manager.cache.byteCount)
        reply.cacheByteBudget = UInt64(clamping: manager.cache.byteBudget)
        reply.headVersion = manager.headVersion
        var sums: [StatsResponse.Counter] = []
        for counters in counters {
            for (index, counter) in counters.all.enumerated() {
                if index == sums.count { sums.append(StatsResponse.Counter(name: counter.name, value: 0)) }
                sums[index].value += counter.value
            }
        }
        reply.counters = sums
        reply.models = served(nil)
        return reply
    }

    // MARK: - Pieces

    /// What is in memory, and what should be in production but is not.
    private func served(_ name: ModelName?) -> [ServedModelMessage] {
        var messages: [ServedModelMessage] = []
        var inMemory: Set<ModelID> = []
        for (servable, generation, isPinned) in manager.cache.contents where name == nil || servable.name == name {
            inMemory.insert(servable.modelID)
            var message = ServedModelMessage()
            message.modelName = servable.name.text
            message.modelVersion = servable.modelID.text
            message.generation = generation ?? 0
            message.isProduction = generation != nil
            message.isPinned = isPinned
            message.state = "AVAILABLE"
            message.mappedBytes = UInt64(clamping: servable.mappedByteCount)
            message.calls = servable.calls.load(ordering: .relaxed)
            message.loadMilliseconds = servable.loadMilliseconds
            messages.append(message)
        }
        for pointer in manager.pointers
        where (name == nil || pointer.name == name) && !inMemory.contains(pointer.modelID) {
            var message = ServedModelMessage()
            message.modelName = pointer.name.text
            message.modelVersion = pointer.modelID.text
            (message.state, message.error) = manager.loadState(of: pointer.modelID)
            messages.append(message)
        }
        return messages.sorted { ($0.modelName, $0.modelVersion) < ($1.modelName, $1.modelVersion) }
    }

    private func modelName(_ text: String) throws(CallFailure) -> ModelName {
        do { return try ModelName(text) } catch { throw CallFailure(.invalidArgument, error.description) }
    }

    private func id(_ text: String) throws(CallFailure) -> ModelID {
        do { return try ModelID(text) } catch { throw CallFailure(.invalidArgument, error.description) }
    }

    private func registry<Result>(
        _ body: () throws(RegistryError) -> Result
    ) throws(CallFailure) -> Result {
        do { return try body() } catch {
            let code: StatusCode =
                switch error.code {
                case .notFound: .notFound
                case .conflict: .aborted
                case .refused: .failedPrecondition
                case .unavailable: .unavailable
                case .corrupt: .dataLoss
                }
            throw CallFailure(code, error.description)
        }
    }
}

extension ModelVersion {
    /// The row as `List` and `Get` tell it.
    fileprivate func message(pointer: ProductionPointer?) -> ModelVersionMessage {
        var message = ModelVersionMessage()
        message.modelName = name.text
        message.modelVersion = modelID.text
        message.status = status.rawValue
        message.modelType = key.modelType
        message.metricType = key.metricType ?? ""
        message.symbol = key.symbol ?? ""
        message.timeframe = key.timeframe ?? ""
        message.path = path ?? ""
        message.sizeBytes = UInt64(clamping: sizeBytes)
        message.createdAt = createdAt.iso8601
        message.metricsJSON = metricsJSON
        message.parametersJSON = parametersJSON
        message.isProduction = pointer?.modelID == modelID
        message.generation = message.isProduction ? UInt64(clamping: pointer?.generation ?? 0) : 0
        message.error = error ?? ""
        return message
    }
}
