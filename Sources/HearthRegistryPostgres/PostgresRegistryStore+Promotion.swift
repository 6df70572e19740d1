package import HearthCore
package import HearthRegistry

extension PostgresRegistryStore {
    package func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        let pointer = try change(actor: actor, reason: reason) { (change) throws(RegistryError) in
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
        let pointer = try change(actor: actor, reason: reason) { (change) throws(RegistryError) in
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
    ) throws(RegistryError) -> ProductionPointer {
        let decision = try PromotionRules.promote(
            try change.version(modelID), of: name, current: current, expectedGeneration: expectedGeneration,
            at: change.now)
        let pointer: ProductionPointer
        switch decision {
        case .alreadyProduction(let current): return current
        case .replace(let next): pointer = next
        }
        options.faults(.begun)
        _ = try change.connection.query(
            "UPDATE ml_models SET status = 'success' WHERE name = $1 AND status = 'production'", [.text(name.text)])
        options.faults(.demoted)
        _ = try change.connection.query(
            """
            UPDATE ml_models SET status = 'production', promoted_at = $1, promoted_by = $2, is_active = true
            WHERE model_id = $3
            """,
            [.time(change.now), .text(change.actor), .text(modelID.text)])
        options.faults(.promoted)
        _ = try change.connection.query(
            """
            INSERT INTO production_pointers (name, model_id, previous_model_id, generation, changed_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (name) DO UPDATE SET model_id = excluded.model_id,
                previous_model_id = excluded.previous_model_id, generation = excluded.generation,
                changed_at = excluded.changed_at
            """,
            [
                .text(name.text), .text(modelID.text), .text(pointer.previousModelID?.text),
                .integer(pointer.generation), .time(pointer.changedAt),
            ])
        options.faults(.pointed)
        try change.record(kind, name, modelID, generation: pointer.generation)
        options.faults(.recorded)
        return pointer
    }
}
