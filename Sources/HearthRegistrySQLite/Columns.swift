/// The columns of each record, in the order in which it is read.
enum Columns {
    static let registeredModel = "name, model_type, metric_type, symbol, timeframe, created_at"
    static let version = """
        model_id, name, model_type, metric_type, symbol, timeframe, status, model_path, size_bytes, manifest_digest, \
        parameters, metrics, accuracy, precision, recall, training_date, created_at, promoted_at, promoted_by, \
        pinned, error
        """
    static let pointer = "name, model_id, previous_model_id, generation, changed_at"
    static let event = "head_version, kind, name, model_id, generation, actor, reason, at"
}
