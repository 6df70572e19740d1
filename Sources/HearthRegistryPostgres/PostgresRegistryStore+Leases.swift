package import HearthCore
package import HearthRegistry

extension PostgresRegistryStore {
    package func renewLeases(
        holder: String, modelIDs: Set<ModelID>, until: Timestamp
    ) throws(RegistryError) {
        try RegistrationRules.check(holder: holder)
        // No character of an id needs quoting in the text of an array.
        let list = "{\(modelIDs.map(\.text).sorted().joined(separator: ","))}"
        try writer.transaction { (connection) throws(RegistryError) in
            try connection.execute("BEGIN")
        } _: { (connection) throws(RegistryError) in
            // Another server that drops the same ended leases is left to do it.
            _ = try connection.query(
                """
                DELETE FROM registry_leases WHERE (model_id, holder) IN (
                    SELECT model_id, holder FROM registry_leases
                    WHERE (holder = $1 AND model_id <> ALL ($2::text[])) OR expires_at <= $3
                    FOR UPDATE SKIP LOCKED)
                """, [.text(holder), .text(list), .time(options.clock())])
            _ = try connection.query(
                """
                INSERT INTO registry_leases (model_id, holder, expires_at)
                SELECT id, $1, $3 FROM unnest($2::text[]) AS id
                ON CONFLICT (model_id, holder) DO UPDATE SET expires_at = excluded.expires_at
                """, [.text(holder), .text(list), .time(until)])
        }
    }

    package func leases(at time: Timestamp) throws(RegistryError) -> Set<ModelID> {
        try reader.read { (connection) throws(RegistryError) in
            let result = try connection.query(
                "SELECT DISTINCT model_id::text FROM registry_leases WHERE expires_at > $1", [.time(time)])
            var modelIDs: Set<ModelID> = []
            for row in 0..<result.rowCount {
                var reader = RowReader(result, row: row, of: "registry_leases", at: connection.place)
                modelIDs.insert(try reader.modelID("model_id"))
            }
            return modelIDs
        }
    }

    static func isLeased(
        _ modelID: ModelID, _ connection: PostgresConnection, at time: Timestamp
    ) throws(RegistryError) -> Bool {
        try connection.query(
            "SELECT 1 FROM registry_leases WHERE model_id = $1 AND expires_at > $2 LIMIT 1",
            [.text(modelID.text), .time(time)]
        ).rowCount > 0
    }
}
