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
        let (pointer, isLevel) = state.withLock { ($0.pointers[name], $0.headVersion >= 0) }
        guard let pointer else {
            let failure =
                isLevel
                ? CallFailure(
                    .notFound,
                    "no production version of '\(name)': promote one with 'hearth models promote', or see "
                        + "'hearth models list'"
                )
                : CallFailure(.unavailable, "the registry could not be read yet, the server tries on; try again later")
            waiter(.failure(failure))
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
        want(modelID) { [self] result in
            waiter(
                result.flatMap { servable in
                    // Also for the wrong name: the next such call is then refused from the snapshot, without a load.
                    settle(cache.insert(servable))
                    guard name.isEmpty || servable.name.text == name else {
                        let message = "version '\(modelID)' is of model '\(servable.name)', not of '\(name)'"
                        return .failure(CallFailure(.invalidArgument, message))
                    }
                    return .success(CacheEntry(servable: servable, generation: 0))
                })
        }
    }
}
