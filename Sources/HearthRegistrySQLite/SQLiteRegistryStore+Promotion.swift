import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore {
    package func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try change(actor: actor, reason: reason) { change in
            _ = try change.registeredModel(name)
            return try Self.promote(
                modelID, of: name, current: try change.pointer(of: name), expectedGeneration: expectedGeneration,
                kind: .promoted, change)
        }
    }

    package func rollback(
        _ name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try change(actor: actor, reason: reason) { change in
            _ = try change.registeredModel(name)
            let current = try change.pointer(of: name)
            let target = try PromotionRules.rollbackTarget(
                of: name, current: current, expectedGeneration: expectedGeneration)
            return try Self.promote(
                target, of: name, current: current, expectedGeneration: expectedGeneration, kind: .rolledBack, change)
        }
    }

    /// Demotes first, promotes second: the unique index allows no moment with two production versions.
    private static func promote(
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
        try change.database.cachedStatement(
            sql: "UPDATE ml_models SET status = 'success' WHERE name = ? AND status = 'production'"
        ).execute(arguments: [name.text])
        try change.database.cachedStatement(
            sql: "UPDATE ml_models SET status = 'production', promoted_at = ?, promoted_by = ? WHERE model_id = ?"
        ).execute(arguments: [change.now.microseconds, change.actor, modelID.text])
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
        try change.record(kind, name, modelID, generation: pointer.generation)
        return pointer
    }
}
