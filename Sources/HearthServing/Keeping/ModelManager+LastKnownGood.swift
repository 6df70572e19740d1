package import HearthCore
package import HearthRegistry
import Logging
import Synchronization

/// Starting without the registry, and what is kept for that.
extension ModelManager {
    /// Serves what was served last, until the registry can be read: its pointers stand for the registry's, its rows for
    /// the registry's rows. Returns when all that is loaded at the start is loaded or has failed.
    ///
    /// - Returns: the failures.
    @discardableResult
    package func adopt(_ known: LastKnownGood) -> [ModelID: CallFailure] {
        let repair = Repair(waitsForRemote: false)
        reconciling.withLock { _ in
            let isFirst = state.withLock { state in
                // Somebody has read the registry meanwhile.
                guard state.headVersion < 0 else { return false }
                for model in known.models { state.rows[model.version.modelID] = model.version }
                state.isFromLastKnownGood = true
                return true
            }
            guard isFirst else { return }
            mend(known.models.map(\.pointer), headVersion: nil, isForced: false, only: nil, insisted: [], repair)
        }
        return repair.wait()
    }

    /// Whether what is served comes from the last known good set, as the registry has not been read yet.
    package var isFromLastKnownGood: Bool { state.withLock { $0.isFromLastKnownGood } }

    /// Grows whenever the set that is served changes.
    package var setVersion: Int { state.withLock { $0.setVersion } }

    /// The set that is served now: of each name in production the version that answers, or that would be loaded.
    ///
    /// nil while the registry has not been read. Rows that no load has read yet are read now. Throws ``RegistryError``.
    package func lastKnownGood(registry: String, at now: Timestamp) throws(RegistryError) -> LastKnownGood? {
        let found = state.withLock { state -> [(ProductionPointer, ModelVersion?)]? in
            guard state.headVersion >= 0 else { return nil }
            return state.pointers.values.map { pointer in
                // What could not be loaded is not known to be good.
                let served = state.served[pointer.name] ?? pointer
                return (served, state.rows[served.modelID])
            }
        }
        guard let found else { return nil }
        var models: [LastKnownGood.Model] = []
        for (pointer, row) in found.sorted(by: { $0.0.name.text < $1.0.name.text }) {
            var known = row
            if known == nil {
                known = try store.version(pointer.modelID)
                if let known { remember(known) }
            }
            if let known { models.append(LastKnownGood.Model(pointer: pointer, version: known)) }
        }
        return LastKnownGood(registry: registry, savedAt: now, models: models)
    }

    /// Keeps the row of a version that is or may be in production, for when the registry cannot be asked.
    func remember(_ version: ModelVersion) {
        state.withLock { state in
            guard let pointer = state.pointers[version.name] else { return }
            let served = state.served[version.name]?.modelID
            guard [pointer.modelID, pointer.previousModelID, served].contains(version.modelID) else { return }
            state.rows[version.modelID] = version
        }
    }
}

extension ModelManager.State {
    /// Forgets rows of versions that are neither in production nor what a rollback would bring back.
    mutating func forgetRows() {
        rows = rows.filter { modelID, version in
            guard let pointer = pointers[version.name] else { return false }
            return [pointer.modelID, pointer.previousModelID, served[version.name]?.modelID].contains(modelID)
        }
    }
}
