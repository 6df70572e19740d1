import GRDB
import HearthCore
import HearthRegistry

/// One change being made: its transaction, and the only way to take a head version, which writes the event.
struct RegistryChange {
    let database: Database
    let now: Timestamp
    let actor: String
    let reason: String
    let path: String

    /// Takes the next head version and writes its event.
    ///
    /// The write lock makes the numbers gap-free and ordered by commit.
    @discardableResult
    func record(
        _ kind: RegistryEvent.Kind, _ name: ModelName, _ modelID: ModelID, generation: Int64? = nil,
        reason: String? = nil
    ) throws -> Int64 {
        try database.cachedStatement(sql: "UPDATE registry_head SET version = version + 1 WHERE id = 1").execute()
        let head = try SQLiteRegistryStore.headVersion(database, at: path)
        try database.cachedStatement(
            sql: """
                INSERT INTO registry_events (head_version, kind, name, model_id, generation, actor, reason, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                head, kind.rawValue, name.text, modelID.text, generation, actor, reason ?? self.reason,
                now.microseconds,
            ])
        return head
    }

    /// Throws `.refused` when `text` is anything but one JSON object.
    func checkJSONObject(_ text: String, _ column: String) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) ELSE 'malformed' END")
        guard let row = try Row.fetchOne(statement, arguments: [text]) else { return }
        var reader = RowReader(row, of: "json", at: path)
        let type = try reader.text(column)
        guard type == "object" else {
            throw RegistryError(
                .refused, "\(column) is \(type) JSON: \(text.prefix(80))", hint: "give one JSON object, e.g. {}")
        }
    }

    func pointer(of name: ModelName) throws -> ProductionPointer? {
        try SQLiteRegistryStore.pointer(database, of: name, at: path)
    }

    /// Throws `.notFound`.
    func version(_ modelID: ModelID) throws -> ModelVersion {
        guard let version = try SQLiteRegistryStore.version(database, modelID, at: path) else {
            throw RegistryError(
                .notFound, "there is no model version \(modelID)", hint: "list the versions for their ids")
        }
        return version
    }

    /// Throws `.notFound`.
    func registeredModel(_ name: ModelName) throws -> RegisteredModel {
        guard let model = try SQLiteRegistryStore.registeredModel(database, name, at: path) else {
            throw RegistryError(
                .notFound, "there is no registered model \(name)", hint: "list the models for their names")
        }
        return model
    }
}
