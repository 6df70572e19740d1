import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore {
    package func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        let pointer = try change(actor: actor, reason: reason) { change in
            _ = try change.registeredModel(name)
            return try promote(
                modelID, of: name, current: try change.pointer(of: name), expectedGeneration: expectedGeneration,
                kind: .promoted, change)
        }
        options.faults(.committed)
        return pointer
    }

    package func rollback(
        _ name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        let pointer = try change(actor: actor, reason: reason) { change in
            _ = try change.registeredModel(name)
            let current = try change.pointer(of: name)
            let target = try PromotionRules.rollbackTarget(
                of: name, current: current, expectedGeneration: expectedGeneration)
            return try promote(
                target, of: name, current: current, expectedGeneration: expectedGeneration, kind: .rolledBack, change)
        }
        options.faults(.committed)
        return pointer
    }

    /// Demotes first, promotes second: the unique index allows no moment with two production versions.
    private func promote(
        _ modelID: ModelID, of name: ModelName, current: ProductionPointer?, expectedGeneration: Int64?,
        kind: RegistryEvent.Kind, _ change: RegistryChange
    ) throws -> ProductionPointer {
        let decision = try PromotionRules.promote(
            try change.version(modelID), of: name, current: current, expectedGeneration: expectedGeneration,
            at: change.now)
        let pointer: ProductionPointer
        switch decision {
        case .alreadyProduction(let current): return current
        case .replace(let next): pointer = next
        }
        options.faults(.begun)
        try change.database.cachedStatement(
            sql: "UPDATE ml_models SET status = 'success' WHERE name = ? AND status = 'production'"
        ).execute(arguments: [name.text])
        options.faults(.demoted)
        try change.database.cachedStatement(
            sql: "UPDATE ml_models SET status = 'production', promoted_at = ?, promoted_by = ? WHERE model_id = ?"
        ).execute(arguments: [change.now.microseconds, change.actor, modelID.text])
        options.faults(.promoted)
        try change.database.cachedStatement(
            sql: """
                INSERT INTO production_pointers (\(Columns.pointer)) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET model_id = excluded.model_id,
                    previous_model_id = excluded.previous_model_id, generation = excluded.generation,
                    changed_at = excluded.changed_at
                """
        ).execute(
            arguments: [
                name.text, modelID.text, pointer.previousModelID?.text, pointer.generation,
                pointer.changedAt.microseconds,
            ])
        options.faults(.pointed)
        try change.record(kind, name, modelID, generation: pointer.generation)
        options.faults(.recorded)
        return pointer
    }
}
