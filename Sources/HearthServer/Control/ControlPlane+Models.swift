import HearthCore
import HearthKernels
import HearthMetrics
import HearthModel
import HearthRegistry
import HearthServing
import HearthWire
import Synchronization

/// The calls of `hearth.v1.Models` that read, and `Reload`.
extension ControlPlane {
    /// The most versions that `List` gives at once.
    private static var listCountMax: Int { 1000 }

    func reload(_ request: ReloadRequest, _ peer: Peer) throws(CallFailure) -> ReloadResponse {
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

    func list(_ request: ListRequest, _ peer: Peer) throws(CallFailure) -> ListResponse {
        let name = request.modelName.isEmpty ? nil : try modelName(request.modelName)
        let limit = request.limit == 0 ? 100 : min(Int(request.limit), Self.listCountMax)
        var reply = ListResponse()
        let versions = try registry { () throws(RegistryError) in try store.versions(of: name, limit: limit) }
        let pointers = try registry { () throws(RegistryError) in
            // Of one model its own: there may be thousands.
            if let name { return try store.productionPointer(of: name).map { [$0] } ?? [] }
            return try store.productionSnapshot().pointers
        }
        let pointersByName = Dictionary(pointers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        reply.versions = versions.map { $0.message(pointer: pointersByName[$0.name]) }
        reply.served = served(name)
        return reply
    }

    func get(_ request: GetRequest, _ peer: Peer) throws(CallFailure) -> GetResponse {
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

    func stats(_ request: StatsRequest, _ peer: Peer) throws(CallFailure) -> StatsResponse {
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
        // A state rather than a count: 1 while the registry has not been read and the last known good set answers.
        sums.append(StatsResponse.Counter(name: "from_last_known_good", value: manager.isFromLastKnownGood ? 1 : 0))
        reply.counters = sums
        reply.models = served(nil)
        return reply
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
