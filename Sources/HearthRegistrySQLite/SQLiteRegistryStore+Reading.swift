import Foundation
import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore {
    package func headVersion() throws(RegistryError) -> Int64 {
        try current().reader.read { try Self.headVersion($0, at: self.path) }
    }

    /// `PRAGMA data_version` of a connection that never writes, and how often a replaced file was opened.
    ///
    /// Costs a few microseconds, without reading a page of the database: this is what a server polls.
    package func changeHint() throws(RegistryError) -> Int64 {
        let connections = try current()
        let version = try connections.watcher.read { database in
            try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
        }
        return connections.incarnation << 32 | (version & 0xFFFF_FFFF)
    }

    /// One statement, hence one state of the database.
    ///
    /// A damaged pointer is an error and not left out: a server would take a missing pointer for a model that went
    /// away.
    package func productionSnapshot() throws(RegistryError) -> ProductionSnapshot {
        try current().reader.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT h.version, p.name, p.model_id, p.previous_model_id, p.generation, p.changed_at
                    FROM registry_head AS h LEFT JOIN production_pointers AS p ORDER BY p.name
                    """)
            let rows = try Row.fetchCursor(statement)
            var snapshot: ProductionSnapshot?
            while let row = try rows.next() {
                var reader = RowReader(row, of: "production_pointers", at: self.path)
                let head = try reader.integer("version")
                if snapshot == nil { snapshot = ProductionSnapshot(headVersion: head, pointers: []) }
                let isEmpty = row.hasNull(atIndex: 1)
                if !isEmpty { snapshot?.pointers.append(try reader.pointer()) }
            }
            guard let snapshot else { throw Self.headIsMissing(at: self.path) }
            return snapshot
        }
    }

    package func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try current().reader.read { try Self.pointer($0, of: name, at: self.path) }
    }

    package func registeredModels() throws(RegistryError) -> [RegisteredModel] {
        try list(
            "SELECT \(Columns.registeredModel) FROM registered_models ORDER BY name", of: "registered_models",
            limit: .max
        ) { (reader) throws(RegistryError) in try reader.registeredModel() }
    }

    package func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        try current().reader.read { try Self.version($0, modelID, at: self.path) }
    }

    package func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        let found = try current().reader.read { database -> (byteCount: Int, bytes: Data?)? in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT length(model_data), CASE WHEN length(model_data) <= ? THEN model_data END
                    FROM ml_models WHERE model_id = ? AND model_data IS NOT NULL
                    """)
            guard let row = try Row.fetchOne(statement, arguments: [byteCountMax, modelID.text]) else { return nil }
            return (row[0], row[1])
        }
        guard let found else { return nil }
        guard let bytes = found.bytes else {
            throw RegistryError.modelDataTooLarge(modelID, found.byteCount, byteCountMax)
        }
        return Array(bytes)
    }

    package func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try list(
            """
            SELECT \(Columns.version) FROM ml_models \(name == nil ? "" : "WHERE name = ?")
            ORDER BY created_at DESC, id DESC
            """,
            arguments: name.map { [$0.text] } ?? [], of: "ml_models", limit: limit
        ) { (reader) throws(RegistryError) in try reader.version() }
    }

    package func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent] {
        try list(
            "SELECT \(Columns.event) FROM registry_events WHERE head_version > ? ORDER BY head_version",
            arguments: [head], of: "registry_events", limit: limit
        ) { (reader) throws(RegistryError) in try reader.event() }
    }

    /// Reads rows until `limit` good ones are found; a damaged row is reported and left out (C22).
    func list<Record>(
        _ sql: String, arguments: StatementArguments = [], of table: String, limit: Int,
        read: (inout RowReader) throws(RegistryError) -> Record
    ) throws(RegistryError) -> [Record] {
        try current().reader.read { database in
            var records: [Record] = []
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            while records.count < limit, let row = try rows.next() {
                var reader = RowReader(row, of: table, at: self.path)
                do throws(RegistryError) {
                    records.append(try read(&reader))
                } catch {
                    self.options.reportDamage(error)
                }
            }
            return records
        }
    }
}

// The reads that writing needs too, within its own transaction.
extension SQLiteRegistryStore {
    static func headVersion(_ database: Database, at path: String) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT version FROM registry_head WHERE id = 1")
        guard let row = try Row.fetchOne(statement) else { throw headIsMissing(at: path) }
        var reader = RowReader(row, of: "registry_head", at: path)
        return try reader.integer("version")
    }

    static func pointer(_ database: Database, of name: ModelName, at path: String) throws -> ProductionPointer? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Columns.pointer) FROM production_pointers WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name.text]) else { return nil }
        var reader = RowReader(row, of: "production_pointers", at: path)
        return try reader.pointer()
    }

    static func version(_ database: Database, _ modelID: ModelID, at path: String) throws -> ModelVersion? {
        let statement = try database.cachedStatement(sql: "SELECT \(Columns.version) FROM ml_models WHERE model_id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [modelID.text]) else { return nil }
        var reader = RowReader(row, of: "ml_models", at: path)
        return try reader.version()
    }

    static func registeredModel(
        _ database: Database, _ name: ModelName, at path: String
    ) throws -> RegisteredModel? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Columns.registeredModel) FROM registered_models WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name.text]) else { return nil }
        var reader = RowReader(row, of: "registered_models", at: path)
        return try reader.registeredModel()
    }

    static func headIsMissing(at path: String) -> RegistryError {
        RegistryError(.corrupt, "\(path): registry_head has no row", hint: "restore a backup")
    }
}
