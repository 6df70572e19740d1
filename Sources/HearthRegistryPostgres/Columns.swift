/// The columns of each record, in the order in which it is read, cast to what ``RowReader`` reads.
enum Columns {
    static let registeredModel =
        "name::text, model_type::text, metric_type::text, symbol::text, timeframe::text, created_at::timestamptz"
    static let version = """
        model_id::text, name::text, model_type::text, metric_type::text, symbol::text, timeframe::text, status::text, \
        model_path::text, size_bytes::bigint, manifest_digest::text, coalesce(parameters, '{}')::text, \
        coalesce(metrics, '{}')::text, accuracy::float8, precision::float8, recall::float8, \
        training_date::timestamptz, created_at::timestamptz, promoted_at::timestamptz, promoted_by::text, \
        pinned::boolean, error::text
        """
    static let pointer =
        "name::text, model_id::text, previous_model_id::text, generation::bigint, changed_at::timestamptz"
    static let event = """
        head_version::bigint, kind::text, name::text, model_id::text, generation::bigint, actor::text, \
        reason::text, at::timestamptz
        """
}
