package import HearthCore
import HearthMetrics
package import HearthRegistry
import Logging
import Synchronization

/// Keeping level with the registry.
extension ModelManager {
    /// Loads that a reconciliation waits for, and how they failed.
    final class Repair: Sendable {
        private struct State {
            /// Waited for.
            var open: Set<ModelName> = []
            var failures: [ModelID: CallFailure] = [:]
        }

        private let group = CompletionGroup()
        private let state = Mutex(State())
        private let waitsForRemote: Bool

        init(waitsForRemote: Bool) { self.waitsForRemote = waitsForRemote }

        func began(_ name: ModelName) {
            guard state.withLock({ $0.open.insert(name).inserted }) else { return }
            group.enter()
        }

        /// The load waits for another machine from here on.
        func wentAway(_ name: ModelName) {
            if !waitsForRemote { left(name) }
        }

        func ended(_ pointer: ProductionPointer, _ failure: CallFailure?) {
            if let failure { state.withLock { $0.failures[pointer.modelID] = failure } }
            left(pointer.name)
        }

        private func left(_ name: ModelName) {
            if state.withLock({ $0.open.remove(name) }) != nil { group.leave() }
        }

        func wait() -> [ModelID: CallFailure] {
            group.wait()
            return state.withLock { $0.failures }
        }
    }

    /// Compares the registry with what is served and mends the difference. Returns when the models that had to be
    /// loaded are loaded or have failed.
    ///
    /// - Parameters:
    ///   - isForced: also try again what has failed a moment ago, and load what was unloaded by hand.
    ///   - only: mend this registered model alone; when forced, also load it if it is loaded on demand otherwise.
    ///   - waitsForRemote: whether to wait for what must be fetched from another machine as well; it is begun in any
    ///     case.
    /// - Throws: ``RegistryError`` when the registry cannot be read; what is served stays.
    /// - Returns: the head version that was read, and the failures.
    @discardableResult
    package func reconcile(
        isForced: Bool = false, only: ModelName? = nil, waitsForRemote: Bool = true
    ) throws(RegistryError) -> (headVersion: Int64, failures: [ModelID: CallFailure]) {
        let repair = Repair(waitsForRemote: waitsForRemote)
        let headVersion = try mend(isForced: isForced, only: only, repair)
        return (headVersion, repair.wait())
    }

    /// Does what ``reconcile(isForced:only:)`` does, but returns when the loads are begun, so that a slow one holds
    /// nothing up.
    package func follow() throws(RegistryError) {
        _ = try mend(isForced: false, only: nil, nil)
    }

    /// Whether a production version that failed to load may be tried again now.
    package var isRetryDue: Bool {
        let now = clock()
        return state.withLock { $0.retryAt.map { now >= $0 } ?? false }
    }

    private func mend(
        isForced: Bool, only: ModelName?, _ repair: Repair?
    ) throws(RegistryError) -> Int64 {
        let outcome = reconciling.withLock { _ -> Result<Int64, RegistryError> in
            do throws(RegistryError) {
                let snapshot = try store.productionSnapshot()
                // Only now: while the registry cannot be read, what was unloaded stays so.
                let admitted = isForced ? cache.admit(only) : []
                let insisted = isForced ? admitted.union(only.map { [$0] } ?? []) : []
                mend(
                    snapshot.pointers, headVersion: snapshot.headVersion, isForced: isForced, only: only,
                    insisted: insisted, repair)
                return .success(snapshot.headVersion)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// - Parameters:
    ///   - headVersion: where the pointers stand in the registry; nil for pointers that are not the registry's.
    ///   - insisted: names whose production version is loaded even if it is loaded on demand otherwise.
    func mend(
        _ pointers: [ProductionPointer], headVersion: Int64?, isForced: Bool, only: ModelName?,
        insisted: Set<ModelName>, _ repair: Repair?
    ) {
        var wanted: [ModelName: ProductionPointer] = [:]
        for pointer in pointers where only == nil || only == pointer.name { wanted[pointer.name] = pointer }
        let (before, isBack) = state.withLock { state in
            let before = state.pointers
            let isBack = state.isFromLastKnownGood && headVersion != nil && only == nil
            if let only {
                // The other names keep their news for the next whole reconciliation.
                state.pointers[only] = wanted[only]
            } else {
                state.pointers = wanted
                state.headVersion = headVersion ?? state.headVersion
                state.retryAt = nil
                if isBack { state.isFromLastKnownGood = false }
            }
            if state.pointers != before || isBack {
                state.setVersion += 1
                state.served = state.served.filter { state.pointers[$0.key] != nil }
                state.forgetRows()
            }
            return (before, isBack)
        }
        if isBack { logger.notice("serving what the registry says, no longer the last known good set") }
        for name in cache.productionNames where wanted[name] == nil && (only == nil || only == name) {
            settle(cache.withdraw(name))
            logger.notice("model withdrawn: it is no longer in production", metadata: ["model": "\(name)"])
        }
        for pointer in before.values where wanted[pointer.name] == nil && (only == nil || only == pointer.name) {
            publish(ModelEvent(kind: .withdrawn, name: pointer.name, modelID: pointer.modelID))
        }
        for pointer in wanted.values {
            mend(
                pointer, isForced: isForced, hasMoved: before[pointer.name] != pointer,
                isPreloaded: preloads(pointer.name) || insisted.contains(pointer.name), repair)
        }
    }

    private func mend(
        _ pointer: ProductionPointer, isForced: Bool, hasMoved: Bool, isPreloaded: Bool, _ repair: Repair?
    ) {
        guard !cache.isUnloaded(pointer.name) else { return }
        let generation = UInt64(clamping: pointer.generation)
        if cache.allow(generation, of: pointer.name, modelID: pointer.modelID) {
            logger.warning(
                "the registry went back to an earlier generation; was a backup restored?",
                metadata: ["model": "\(pointer.name)", "generation": "\(generation)"])
        }
        let served = cache.production(of: pointer.name)
        guard served?.servable.modelID != pointer.modelID || served?.generation != generation else { return }
        // What is not in memory is loaded when somebody asks for it, unless it is to be preloaded and is news or has
        // failed: what was evicted is not fetched back.
        let isStarted = state.withLock { state in
            let hasFailed = state.versions[pointer.modelID]?.machine.failure != nil
            guard served != nil || (isPreloaded && (hasMoved || isForced || hasFailed)) else { return false }
            // Who does not wait need not ask twice.
            guard repair != nil || state.mending[pointer.name] != pointer else { return false }
            state.mending[pointer.name] = pointer
            return true
        }
        guard isStarted else {
            if hasMoved, served == nil {
                publish(
                    ModelEvent(
                        kind: .promoted, name: pointer.name, modelID: pointer.modelID,
                        previousModelID: pointer.previousModelID, generation: generation))
            }
            return
        }
        repair?.began(pointer.name)
        // News is tried at once, however often its version has failed before: perhaps the registry was away.
        want(
            pointer.modelID, isForced: isForced || hasMoved, isLimited: false,
            onRemote: { repair?.wentAway(pointer.name) }
        ) { [self] result in
            switch result {
            case .success(let servable):
                serve(servable, pointer)
                mended(pointer)
                repair?.ended(pointer, nil)
            case .failure(let failure):
                mended(pointer)
                repair?.ended(pointer, failure)
            }
        }
    }

    private func mended(_ pointer: ProductionPointer) {
        state.withLock { state in
            if state.mending[pointer.name] == pointer { state.mending[pointer.name] = nil }
            guard let retryAt = state.versions[pointer.modelID]?.machine.retryAt else { return }
            state.retryAt = min(state.retryAt ?? retryAt, retryAt)
        }
    }

    /// Lets a loaded version answer for its name, unless the pointer has moved on meanwhile.
    func serve(_ servable: Servable, _ pointer: ProductionPointer) {
        guard self.pointer(of: pointer.name) == pointer else { return }
        let generation = UInt64(clamping: pointer.generation)
        let change = cache.serve(servable, generation: generation, rollbackTarget: pointer.previousModelID)
        settle(change)
        guard change.outcome == .made else { return }
        state.withLock { state in
            guard state.pointers[pointer.name] == pointer else { return }
            state.served[pointer.name] = pointer
            state.setVersion += 1
        }
        if change.replaced != nil { counters.swaps.add() }
        publish(
            ModelEvent(
                kind: change.replaced == nil ? .available : .swapped, name: pointer.name, modelID: pointer.modelID,
                previousModelID: change.replaced?.modelID, generation: generation))
        logger.info(
            "model in production",
            metadata: [
                "model": "\(pointer.name)", "model_id": "\(pointer.modelID)", "generation": "\(generation)",
                "replaced": "\(change.replaced?.modelID.text ?? "")",
            ])
    }
}
