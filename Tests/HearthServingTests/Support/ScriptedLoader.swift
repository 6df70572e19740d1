import HearthCore
import HearthRegistry
import HearthServing
import Synchronization

/// A loader that counts, and that waits or fails when it is told to: for what no file can be made to do on time.
final class ScriptedLoader: Sendable {
    private struct State {
        var counts: [ModelID: Int] = [:]
        var failures: [ModelID: CallFailure] = [:]
        var gates: [ModelID: CompletionGroup] = [:]
        var byteCounts: [ModelID: Int] = [:]
    }

    private let state = Mutex(State())
    /// The loads that have begun.
    let begun = BlockingQueue<ModelID>()

    func load(_ version: ModelVersion) throws(CallFailure) -> Servable {
        let (gate, failure, byteCount) = state.withLock { state in
            state.counts[version.modelID, default: 0] += 1
            return (
                state.gates[version.modelID], state.failures[version.modelID], state.byteCounts[version.modelID] ?? 100
            )
        }
        _ = begun.put(version.modelID)
        gate?.wait()
        if let failure { throw failure }
        do {
            return try Servable(
                name: version.name, modelID: version.modelID, model: TestModel.model(1), mappedByteCount: byteCount,
                loadMilliseconds: 1, source: .file)
        } catch {
            throw CallFailure(.internalError, "\(error)")
        }
    }

    /// How often a version was loaded.
    func count(_ id: ModelID) -> Int { state.withLock { $0.counts[id] ?? 0 } }

    func fail(_ id: ModelID, _ failure: CallFailure?) { state.withLock { $0.failures[id] = failure } }

    func setByteCount(_ id: ModelID, _ count: Int) { state.withLock { $0.byteCounts[id] = count } }

    /// Loads of `id` wait from now on, until the returned closure is called.
    func hold(_ id: ModelID) -> () -> Void {
        let gate = CompletionGroup()
        gate.enter()
        state.withLock { $0.gates[id] = gate }
        return { [self] in
            state.withLock { $0.gates[id] = nil }
            gate.leave()
        }
    }
}
