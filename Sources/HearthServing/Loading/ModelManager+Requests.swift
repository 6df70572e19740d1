import HearthCore
import HearthRegistry
import Synchronization

/// What the data plane asks for.
extension ModelManager {
    /// Finds a model that is not in the snapshot: `waiter` is called once, on this thread or a loader's, with an entry
    /// to answer from.
    ///
    /// No lock that is held during I/O is taken here. A name that the registry does not have in production is refused
    /// at once.
    package func request(name: String, version: String, _ waiter: @escaping Waiter) {
        if version.isEmpty {
            requestProduction(name, waiter)
        } else {
            requestVersion(version, name: name, waiter)
        }
    }

    private func requestProduction(_ text: String, _ waiter: @escaping Waiter) {
        let name: ModelName
        do { name = try ModelName(text) } catch {
            waiter(.failure(CallFailure(.invalidArgument, error.description)))
            return
        }
        guard !cache.isUnloaded(name) else {
            waiter(.failure(Self.unloadedFailure(name)))
            return
        }
        let (pointer, isLevel) = state.withLock { ($0.pointers[name], $0.headVersion >= 0) }
        guard let pointer else {
            waiter(.failure(isLevel ? Self.unknownFailure(name) : Self.notReadFailure))
            return
        }
        want(pointer.modelID) { [self] result in
            waiter(
                result.map { servable in
                    // Served from now on or not, this request has its model.
                    serve(servable, pointer)
                    return CacheEntry(servable: servable, generation: UInt64(clamping: pointer.generation))
                })
        }
    }

    private func requestVersion(_ text: String, name: String, _ waiter: @escaping Waiter) {
        let modelID: ModelID
        do { modelID = try ModelID(text) } catch {
            waiter(.failure(CallFailure(.invalidArgument, error.description)))
            return
        }
        // Known once it was loaded or asked for: an unloaded model's version is read once more at most.
        if let owner = state.withLock({ $0.versions[modelID]?.name }), cache.isUnloaded(owner) {
            waiter(.failure(Self.unloadedFailure(owner)))
            return
        }
        want(modelID) { [self] result in
            waiter(
                result.flatMap { servable in
                    // Also for the wrong name: the next such call is then refused from the snapshot, without a load.
                    let change = cache.insert(servable)
                    settle(change)
                    guard change.outcome != .refused else { return .failure(Self.unloadedFailure(servable.name)) }
                    guard name.isEmpty || servable.name.text == name else {
                        let message = "version '\(modelID)' is of model '\(servable.name)', not of '\(name)'"
                        return .failure(CallFailure(.invalidArgument, message))
                    }
                    return .success(CacheEntry(servable: servable, generation: 0))
                })
        }
    }
}
