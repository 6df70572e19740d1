import HearthCore
import HearthRegistry
import HearthServing
import HearthWire
import Logging
import Synchronization

/// The Open Inference Protocol's model repository and statistics.
extension ControlPlane {
    private typealias IndexedModel = OpenInference.RepositoryIndexResponse.Model

    /// Registered models with their production version and what else of them is in memory. A model that has neither is
    /// there too, without a version.
    func repositoryIndex(
        _ request: OpenInference.RepositoryIndexRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.RepositoryIndexResponse {
        try checkRepository(request.repositoryName)
        let inMemory = Dictionary(grouping: manager.cache.contents.map(\.servable), by: \.name)
        var models: [IndexedModel] = []
        for name in try registeredNames(orElse: Set(inMemory.keys)) {
            let pointer = manager.pointer(of: name)
            var versions = [pointer?.modelID].compactMap(\.self)
            versions += (inMemory[name] ?? []).map(\.modelID).filter { $0 != pointer?.modelID }
                .sorted { $0.text < $1.text }
            models += versions.map { indexed(name, $0, isProduction: $0 == pointer?.modelID) }
            if versions.isEmpty { models.append(indexed(withoutVersion: name)) }
        }
        return OpenInference.RepositoryIndexResponse(
            models: request.ready ? models.filter { $0.state == "READY" } : models)
    }

    /// All names, sorted; while the registry is away, those in memory and those that were in production when it was
    /// read last.
    private func registeredNames(orElse inMemory: Set<ModelName>) throws(CallFailure) -> [ModelName] {
        let names: Set<ModelName>
        do throws(RegistryError) { names = Set(try store.registeredModels().map(\.name)) } catch {
            guard error.code == .unavailable else { throw CallFailure(error) }
            names = inMemory.union(manager.pointers.map(\.name))
        }
        return names.sorted { $0.text < $1.text }
    }

    private func indexed(_ name: ModelName, _ modelID: ModelID, isProduction: Bool) -> IndexedModel {
        var model = IndexedModel()
        model.name = name.text
        model.version = modelID.text
        switch manager.isUnloaded(name) ? .unloaded : manager.loadReadiness(of: modelID) {
        case .inMemory: model.state = "READY"
        case .loading: model.state = "LOADING"
        case .onDemand: (model.state, model.reason) = ("READY", "is loaded when it is asked for")
        case .failed(let failure): (model.state, model.reason) = ("UNAVAILABLE", failure.message)
        case .unloaded: (model.state, model.reason) = ("UNAVAILABLE", ModelManager.unloadedFailure(name).message)
        case .unknown: (model.state, model.reason) = ("UNAVAILABLE", "is not known")
        }
        return model
    }

    private func indexed(withoutVersion name: ModelName) -> IndexedModel {
        var model = IndexedModel()
        model.name = name.text
        model.state = "UNAVAILABLE"
        model.reason = "no version is in production: promote one with 'hearth models promote'"
        return model
    }

    /// Reloads one model, also one that was unloaded.
    func repositoryModelLoad(
        _ request: OpenInference.RepositoryModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.Empty {
        try checkRepository(request.repositoryName)
        if let parameter = request.parameters.first {
            let message =
                "parameter '\(parameter.name.prefix(80))' found, none expected: models are published by "
                + "hearth-trainer, a load takes what the registry has"
            throw CallFailure(.invalidArgument, message)
        }
        let name = try named(request.modelName)
        _ = try reload(ReloadRequest(modelName: name.text), peer)
        guard manager.pointer(of: name) != nil else { throw manager.absence(of: name) }
        return OpenInference.Empty()
    }

    /// Takes one model out of memory until it is loaded again, or the server starts anew.
    func repositoryModelUnload(
        _ request: OpenInference.RepositoryModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.Empty {
        try checkRepository(request.repositoryName)
        // No model here depends on another: clients that ask to unload dependents are content.
        if let parameter = request.parameters.first(where: { $0.name != "unload_dependents" }) {
            let message = "parameter '\(parameter.name.prefix(80))' found, only 'unload_dependents' expected"
            throw CallFailure(.invalidArgument, message)
        }
        let name = try named(request.modelName)
        try manager.unload(name)
        logger.notice(
            "model unloaded by a call", metadata: ["model": "\(name)", "uid": "\(peer.uid)", "pid": "\(peer.pid)"])
        return OpenInference.Empty()
    }

    /// What the versions in memory have done since each was loaded; of one model, its production version too when that
    /// is not in memory and so has done nothing.
    func modelStatistics(
        _ request: OpenInference.ModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.ModelStatisticsResponse {
        let name = request.name.isEmpty ? nil : try modelName(request.name)
        let modelID = request.version.isEmpty ? nil : try id(request.version)
        let now = (wall: Timestamp.now(), monotonic: MonotonicTime.now())
        var models: [OpenInference.ModelStatistics] = []
        for (servable, _, _) in manager.cache.contents
        where (name == nil || servable.name == name) && (modelID == nil || servable.modelID == modelID) {
            models.append(servable.openInferenceStatistics(at: now.wall, now.monotonic))
        }
        if models.isEmpty, let name {
            models.append(try idleStatistics(name, modelID))
        } else if models.isEmpty, let modelID {
            let message = "version '\(modelID)' is not in memory; set name too, or leave both empty to ask for all"
            throw CallFailure(.notFound, message)
        }
        return OpenInference.ModelStatisticsResponse(
            models: models.sorted { ($0.name, $0.version) < ($1.name, $1.version) })
    }

    /// The statistics of a version that is not in memory.
    private func idleStatistics(
        _ name: ModelName, _ wanted: ModelID?
    ) throws(CallFailure) -> OpenInference.ModelStatistics {
        guard let modelID = wanted ?? manager.pointer(of: name)?.modelID else { throw manager.absence(of: name) }
        let version = try registry { () throws(RegistryError) in try store.version(modelID) }
        guard let version, version.name == name else {
            throw CallFailure(.notFound, "no version '\(modelID)' of '\(name)'; see 'hearth models list'")
        }
        var statistics = OpenInference.ModelStatistics()
        statistics.name = name.text
        statistics.version = modelID.text
        return statistics
    }

    // MARK: - Pieces

    private func named(_ text: String) throws(CallFailure) -> ModelName {
        guard !text.isEmpty else {
            throw CallFailure(.invalidArgument, "no model named: set model_name; 'hearth models list' tells them")
        }
        return try modelName(text)
    }

    /// There is one repository, the registry.
    private func checkRepository(_ name: String) throws(CallFailure) {
        guard name.isEmpty || name == "hearth" else {
            let message = "repository '\(name.prefix(80))' found; the one here is 'hearth', or leave it empty"
            throw CallFailure(.invalidArgument, message)
        }
    }
}

extension Servable {
    /// The statistics as the protocol has them. Time is spent on computing alone: a call is read and written in the
    /// same buffers, and waits in no queue but the socket's.
    fileprivate func openInferenceStatistics(
        at now: Timestamp, _ monotonicNow: MonotonicTime
    ) -> OpenInference.ModelStatistics {
        let reading = statistics.reading
        let callCount = calls.load(ordering: .relaxed)
        var message = OpenInference.ModelStatistics()
        message.name = name.text
        message.version = modelID.text
        if let scoredAt = reading.scoredAt {
            let microseconds = now.microseconds - (monotonicNow - scoredAt) / 1000
            message.lastInferenceMilliseconds = UInt64(clamping: microseconds / 1000)
        }
        message.inferenceCount = reading.rows
        message.executionCount = callCount
        message.success = OpenInference.StatisticDuration(count: callCount, nanoseconds: reading.nanoseconds)
        message.computeInfer = message.success
        message.fail = OpenInference.StatisticDuration(
            count: reading.failures, nanoseconds: reading.failureNanoseconds)
        message.memory = [OpenInference.MemoryUsage(type: "CPU", byteSize: UInt64(clamping: mappedByteCount))]
        return message
    }
}
