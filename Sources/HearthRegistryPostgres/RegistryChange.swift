import HearthCore
import HearthRegistry

/// One change being made: its transaction, and the only way to take a head version, which writes the event and tells
/// who listens.
struct RegistryChange {
    let connection: PostgresConnection
    let now: Timestamp
    let actor: String
    let reason: String

    /// Takes the next head version and writes its event.
    ///
    /// The lock of the head's row makes the numbers gap-free and ordered by commit.
    @discardableResult
    func record(
        _ kind: RegistryEvent.Kind, _ name: ModelName, _ modelID: ModelID, generation: Int64? = nil
    ) throws(RegistryError) -> Int64 {
        let result = try connection.query(
            "UPDATE registry_head SET version = version + 1 WHERE id = 1 RETURNING version::bigint")
        guard result.rowCount == 1 else { throw PostgresRegistryStore.headIsMissing(connection) }
        var reader = RowReader(result, row: 0, of: "registry_head", at: connection.place)
        let head = try reader.integer("version")
        _ = try connection.query(
            """
            INSERT INTO registry_events (head_version, kind, name, model_id, generation, actor, reason, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .integer(head), .text(kind.rawValue), .text(name.text), .text(modelID.text), .integer(generation),
                .text(actor), .text(reason), .time(now),
            ])
        // Sent when the transaction commits, never before.
        _ = try connection.query(
            "SELECT pg_notify('\(PostgresRegistryStore.channel)', $1)", [.text(String(head))])
        return head
    }

    /// Throws `.refused` when `text` is anything but one JSON object.
    func checkJSONObject(_ text: String, _ column: String) throws(RegistryError) {
        var type = "malformed"
        do throws(RegistryError) {
            let result = try connection.query("SELECT jsonb_typeof($1::jsonb)", [.text(text)])
            var reader = RowReader(result, row: 0, of: "json", at: connection.place)
            type = try reader.optionalText(column) ?? "null"
        } catch {
            guard error.code == .refused else { throw error }
        }
        guard type == "object" else {
            throw RegistryError(
                .refused, "\(column) is \(type) JSON: \(text.prefix(80))", hint: "give one JSON object, e.g. {}")
        }
    }

    func pointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try PostgresRegistryStore.pointer(connection, of: name)
    }

    /// Throws `.notFound`.
    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion {
        guard let version = try PostgresRegistryStore.version(connection, modelID) else {
            throw RegistryError(
                .notFound, "there is no model version \(modelID)", hint: "list the versions for their ids")
        }
        return version
    }

    /// Throws `.notFound`.
    func registeredModel(_ name: ModelName) throws(RegistryError) -> RegisteredModel {
        guard let model = try PostgresRegistryStore.registeredModel(connection, name) else {
            throw RegistryError(
                .notFound, "there is no registered model \(name)", hint: "list the models for their names")
        }
        return model
    }
}
