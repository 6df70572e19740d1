package import HearthCore
import HearthMetrics
import HearthRegistry
import Logging
import Synchronization

/// Single-flight loading on the loader threads.
extension ModelManager {
    private enum Next {
        /// `retry` counts the loads that failed before this one.
        case load(retry: Int)
        case wait
        case answer(Result<Servable, CallFailure>)
    }

    /// Sees to it that a version is in memory. `done` gets it, or why there is none, on this thread or a loader's; it
    /// puts it into the cache.
    ///
    /// - Parameters:
    ///   - isForced: try again now even if it has just failed.
    ///   - isLimited: refuse when too many calls wait; false for the control plane's own.
    ///   - onRemote: told when a load that this call has begun goes on to wait for another machine.
    func want(
        _ modelID: ModelID, isForced: Bool = false, isLimited: Bool = true,
        onRemote: @escaping @Sendable () -> Void = {}, _ done: @escaping Done
    ) {
        let now = clock()
        let next = state.withLock { state -> Next in
            if let servable = cache.servable(modelID) { return .answer(.success(servable)) }
            if state.versions.count >= Self.rememberedCountMax { state.forget(at: now) }
            var version = state.versions[modelID] ?? Version()
            // What the cache no longer has was evicted.
            version.machine.evicted()
            let action = version.machine.want(at: now, isForced: isForced)
            if case .fail(let failure) = action { return .answer(.failure(failure)) }
            guard !isLimited || state.waiterCount < Self.waiterCountMax else {
                let message = "\(state.waiterCount) calls wait for models to load, more are not taken; try again later"
                return .answer(.failure(CallFailure(.resourceExhausted, message)))
            }
            version.waiters.append(done)
            state.waiterCount += 1
            state.versions[modelID] = version
            return action == .load ? .load(retry: isForced ? 0 : version.machine.attempt - 1) : .wait
        }
        switch next {
        case .answer(let result): done(result)
        case .wait: break
        case .load(let retry):
            tell(ofRetry: retry, modelID)
            submit(modelID, to: pool) { [self] () throws(CallFailure) in
                let version = try registered(modelID)
                guard let remoteLoads, remoteLoads.isRemote(version) else {
                    finish(modelID, try load(version))
                    return
                }
                onRemote()
                submit(modelID, to: remoteLoads.pool) { [self] () throws(CallFailure) in
                    finish(modelID, try load(version))
                }
            }
        }
    }

    /// Has `job` run on one of the threads of `pool`; when it throws, or there is no room for it, the load has failed.
    private func submit(
        _ modelID: ModelID, to pool: LoaderPool, _ job: @escaping @Sendable () throws(CallFailure) -> Void
    ) {
        let isTaken = pool.submit { [self] in
            do throws(CallFailure) { try job() } catch { fail(modelID, error) }
        }
        if !isTaken {
            fail(modelID, CallFailure(.unavailable, "the server is stopping or has too many models to load"))
        }
    }

    /// Sees to it that a version is in memory and returns it: for the control plane, which waits. It stays as long as
    /// the budget has room, unless it comes into production meanwhile.
    package func load(_ modelID: ModelID) throws(CallFailure) -> Servable {
        let group = CompletionGroup()
        let outcome = Mutex<Result<Servable, CallFailure>>(
            .failure(CallFailure(.internalError, "nothing was loaded")))
        group.enter()
        want(modelID, isLimited: false) { [self] result in
            if case .success(let servable) = result { settle(cache.insert(servable, isAskedFor: false)) }
            outcome.withLock { $0 = result }
            group.leave()
        }
        group.wait()
        return try outcome.withLock { $0 }.get()
    }

    /// The version's row.
    private func registered(_ modelID: ModelID) throws(CallFailure) -> ModelVersion {
        let version: ModelVersion?
        do { version = try store.version(modelID) } catch {
            // What is or was in production is loaded from its file all the same (R74).
            version = state.withLock { $0.rows[modelID] }
            guard version != nil else { throw CallFailure(.unavailable, "the registry cannot be read: \(error)") }
        }
        guard let version else {
            throw CallFailure(.notFound, "no version '\(modelID)' in the registry; see 'hearth models list'")
        }
        state.withLock { $0.versions[modelID]?.name = version.name }
        return version
    }

    /// Loads a version that fits into the cache.
    private func load(_ version: ModelVersion) throws(CallFailure) -> Servable {
        let servable = try read(version)
        remember(version)
        warn(ofAge: version)
        let room = cache.roomByteCount(for: version.name)
        guard servable.mappedByteCount <= room else {
            let pinned =
                room < cache.byteBudget
                ? ", of which other pinned models take \(ByteCount(cache.byteBudget - room))" : ""
            let message =
                "version '\(version.modelID)' needs \(ByteCount(servable.mappedByteCount)), the cache has "
                + "\(ByteCount(cache.byteBudget))\(pinned); start hearthd with a larger --cache-bytes"
            throw CallFailure(.resourceExhausted, message)
        }
        metrics?.loaded(version, servable)
        return servable
    }

    /// Reads a version from its file or, where that is absent or broken, from the BLOB in its row (R41, C5).
    private func read(_ version: ModelVersion) throws(CallFailure) -> Servable {
        let failure: CallFailure
        if version.status != .failed, version.path != nil {
            do throws(CallFailure) { return try loader(version) } catch { failure = error }
        } else {
            let status = version.status.rawValue
            failure = CallFailure(
                .failedPrecondition, "version '\(version.modelID)' has no artifact: its status is \(status)")
        }
        guard let blobLoader, version.status != .failed else { throw failure }
        let found: Servable?
        do throws(CallFailure) {
            found = try blobLoader(version)
        } catch {
            throw CallFailure(failure.code, "\(failure.message); nor from the database: \(error.message)")
        }
        guard let found else { throw failure }
        logger.warning(
            "using database model (fallback)",
            metadata: ["model_id": "\(version.modelID)", "cause": "\(failure.message)"])
        return found
    }

    /// The retries with delays of their own are told one by one (R76); those after them, one like the other, are not.
    private func tell(ofRetry retry: Int, _ modelID: ModelID) {
        let delays = LoadStateMachine.retryDelaysMilliseconds.dropLast()
        guard delays.indices.contains(retry - 1) else { return }
        logger.info(
            "load tried again",
            metadata: [
                "model_id": "\(modelID)", "attempt": "\(retry)", "attempts": "\(delays.count)",
                "seconds": "\(delays[retry - 1] / 1000)",
            ])
    }

    /// A model that was trained long ago is used all the same (R75).
    private func warn(ofAge version: ModelVersion) {
        let age = Duration.microseconds(Timestamp.now().microseconds - version.trainingDate.microseconds)
        guard let staleAfter, age > staleAfter else { return }
        logger.warning(
            "model is old, used anyway",
            metadata: [
                "model_id": "\(version.modelID)", "trained": "\(version.trainingDate.iso8601)",
                "days": "\(age.components.seconds / 86_400)",
            ])
    }

    private func finish(_ modelID: ModelID, _ servable: Servable) {
        counters.loads.add()
        logger.info(
            "model loaded",
            metadata: [
                "model_id": "\(modelID)", "milliseconds": "\(servable.loadMilliseconds)",
                "bytes": "\(servable.mappedByteCount)",
            ])
        // The version counts as loading until the waiters have put it into the cache: who comes meanwhile waits with
        // them instead of loading it once more.
        while true {
            let waiters = state.withLock { state in
                let waiters = state.takeWaiters(of: modelID)
                if waiters.isEmpty { state.versions[modelID]?.machine.loaded() }
                return waiters
            }
            if waiters.isEmpty { return }
            for waiter in waiters { waiter(.success(servable)) }
        }
    }

    private func fail(_ modelID: ModelID, _ failure: CallFailure) {
        let now = clock()
        let (waiters, isNews, machine) = state.withLock { state in
            let isNews = state.versions[modelID]?.machine.failed(failure, at: now) ?? false
            return (state.takeWaiters(of: modelID), isNews, state.versions[modelID]?.machine)
        }
        counters.loadFailures.add()
        let retry = machine?.retryAt.map { "in \(($0 - now) / 1_000_000) ms" } ?? "when reloaded"
        let isProduction = pointers.contains { $0.modelID == modelID }
        // A client may ask for ids that never were: that is no event of the server's.
        let level: Logger.Level =
            isProduction ? (isNews ? .error : .warning) : failure.code == .notFound ? .debug : .warning
        logger.log(
            level: level, "model not loaded",
            metadata: [
                "model_id": "\(modelID)", "error": "\(failure)", "attempt": "\(machine?.attempt ?? 0)",
                "retry": "\(retry)",
            ])
        if let machine, machine.retryAt != nil, machine.attempt == LoadStateMachine.retryDelaysMilliseconds.count {
            logger.error("all retries failed", metadata: ["model_id": "\(modelID)", "error": "\(failure)"])
        }
        if isNews { reportFailure(modelID, failure) }
        for waiter in waiters { waiter(.failure(failure)) }
    }

    /// Tells the watchers that what should be in production cannot be loaded.
    private func reportFailure(_ modelID: ModelID, _ failure: CallFailure) {
        for pointer in pointers where pointer.modelID == modelID {
            publish(
                ModelEvent(
                    kind: .failed, name: pointer.name, modelID: modelID,
                    generation: UInt64(clamping: pointer.generation), error: failure.message))
        }
    }

    /// Tells of what left the cache, and lets it go.
    func settle(_ change: ModelCache.Change) {
        for servable in change.removed {
            counters.evictions.add()
            metrics?.retired(servable)
            state.withLock { state in
                // Somebody may be loading it again already.
                state.versions[servable.modelID]?.machine.evicted()
            }
            publish(ModelEvent(kind: .unloaded, name: servable.name, modelID: servable.modelID))
        }
    }
}

extension ModelManager.State {
    mutating func takeWaiters(of modelID: ModelID) -> [ModelManager.Done] {
        guard let waiters = versions[modelID]?.waiters else { return [] }
        versions[modelID]?.waiters = []
        waiterCount -= waiters.count
        return waiters
    }

    /// Makes room for versions that were never heard of: a client may ask for any number of them.
    mutating func forget(at now: MonotonicTime) {
        versions = versions.filter { !$0.value.machine.isForgettable(at: now) }
        guard versions.count > ModelManager.rememberedCountMax / 2 else { return }
        versions = versions.filter { $0.value.machine.failure == nil }
    }
}
