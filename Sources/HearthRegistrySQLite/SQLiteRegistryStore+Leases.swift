import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore {
    package func renewLeases(
        holder: String, modelIDs: Set<ModelID>, until: Timestamp
    ) throws(RegistryError) {
        try RegistrationRules.check(holder: holder)
        try write { database in
            try database.execute(
                sql: "DELETE FROM registry_leases WHERE holder = ? OR expires_at <= ?",
                arguments: [holder, self.options.clock().microseconds])
            let statement = try database.cachedStatement(
                sql: "INSERT INTO registry_leases (model_id, holder, expires_at) VALUES (?, ?, ?)")
            for modelID in modelIDs {
                try statement.execute(arguments: [modelID.text, holder, until.microseconds])
            }
        }
    }

    package func leases(at time: Timestamp) throws(RegistryError) -> Set<ModelID> {
        try current().reader.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT DISTINCT model_id FROM registry_leases WHERE expires_at > ?")
            let rows = try Row.fetchCursor(statement, arguments: [time.microseconds])
            var modelIDs: Set<ModelID> = []
            while let row = try rows.next() {
                var reader = RowReader(row, of: "registry_leases", at: self.path)
                modelIDs.insert(try reader.modelID("model_id"))
            }
            return modelIDs
        }
    }

    static func isLeased(_ modelID: ModelID, _ database: Database, at time: Timestamp) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT 1 FROM registry_leases WHERE model_id = ? AND expires_at > ? LIMIT 1")
        return try Row.fetchOne(statement, arguments: [modelID.text, time.microseconds]) != nil
    }

    /// One transaction that is no change of the registry.
    func write<Value>(_ body: (Database) throws -> Value) throws(RegistryError) -> Value {
        guard let writer = try current().writer else {
            throw RegistryError(
                .refused, "\(path) was opened read-only", hint: "make the change as the registry's owner")
        }
        return try writer.write(body)
    }
}
