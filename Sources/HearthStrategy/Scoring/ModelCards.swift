import HearthClient
import Synchronization

/// The cards of models by model_id: kept once they were fetched, since a version never changes, and fetched ahead for
/// what goes into production.
///
/// Any thread may ask.
final class ModelCards: Sendable {
    private struct State {
        var models: [String: StrategyModel] = [:]
        var watcher: Task<Void, Never>?
    }

    /// Beyond this many the memory begins anew: nobody promotes so often within a run's horizon.
    private static let countMax = 256
    private static let reconnectDelay: Duration = .milliseconds(100)

    private let client: HearthClient
    private let state = Mutex(State())

    init(client: HearthClient) {
        self.client = client
    }

    /// The version `modelID`, with generation 0.
    func model(_ modelID: String, within timeout: Duration) throws(ScoringFailure) -> StrategyModel {
        if let known = state.withLock({ $0.models[modelID] }) { return known }
        let details: ModelDetails
        do {
            details = try client.get(model: "", version: modelID, timeout: timeout)
        } catch {
            throw ScoringFailure(error)
        }
        return keep(try Self.model(details, modelID))
    }

    /// The version that is in production for `name`, with its generation.
    func production(of name: String, within timeout: Duration) throws(ScoringFailure) -> StrategyModel {
        let details: ModelDetails
        do {
            details = try client.get(model: name, timeout: timeout)
        } catch {
            throw ScoringFailure(error)
        }
        let model = keep(try Self.model(details, name))
        return model.with(generation: details.version?.generation ?? 0)
    }

    /// Fetches from now on the card of every version that goes into production for `name`, until ``stop()``.
    ///
    /// Only a head start: what it misses is fetched when it is needed, so its failures are not reported.
    func watch(_ name: String) {
        let task = Task { [weak self, client] in
            while !Task.isCancelled {
                do {
                    for try await event in client.watch(model: name) {
                        guard let self else { return }
                        await self.prefetch(event)
                    }
                } catch {
                    // The server is away: the next round looks again.
                }
                try? await Task.sleep(for: Self.reconnectDelay)
            }
        }
        state.withLock { $0.watcher = task }
    }

    /// Ends the watch.
    func stop() {
        state.withLock { $0.watcher }?.cancel()
    }

    private func prefetch(_ event: ModelEvent) async {
        guard !event.modelVersion.isEmpty, ["available", "swapped", "promoted"].contains(event.kind),
            state.withLock({ $0.models[event.modelVersion] }) == nil,
            let details = try? await client.get(model: "", version: event.modelVersion),
            let model = try? Self.model(details, event.modelVersion)
        else { return }
        _ = keep(model)
    }

    private func keep(_ model: StrategyModel) -> StrategyModel {
        state.withLock { state in
            if state.models.count >= Self.countMax { state.models = [:] }
            state.models[model.modelID] = model
        }
        return model
    }

    private static func model(_ details: ModelDetails, _ asked: String) throws(ScoringFailure) -> StrategyModel {
        guard let version = details.version else {
            throw ScoringFailure(
                .scoringFailed, "the server cannot reach its registry, so the card of '\(asked)' is not to be had")
        }
        return try StrategyModel(
            modelID: version.modelVersion, generation: 0, parametersJSON: version.parametersJSON,
            isArchived: version.status == "archived", columns: details.columns, columnCount: details.columnCount)
    }
}
