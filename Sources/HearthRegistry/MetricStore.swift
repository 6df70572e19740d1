package import HearthCore

/// One measurement: a row of `ml_metrics` (R110).
///
/// What the table calls `metric_type` is the measure's ``name``; inside `extra_data` the same word means the series
/// (C30).
package struct MetricRow: Hashable, Sendable {
    /// `model_load_time`, `calls`, ...: the column `metric_type`, 1 to 50 characters.
    package var name: String
    /// The `model_id` that it is about; nil for the server as a whole.
    package var entityID: String?
    package var value: Double
    package var at: Timestamp
    /// A JSON object, as text: `{"model_type": ..., "metric_type": ...}`.
    package var extraJSON: String

    package init(name: String, entityID: String?, value: Double, at: Timestamp, extraJSON: String = "{}") {
        self.name = name
        self.entityID = entityID
        self.value = value
        self.at = at
        self.extraJSON = extraJSON
    }
}

/// Where measurements are kept: the table `ml_metrics` beside the registry, no part of its history.
///
/// SQLite and PostgreSQL implement it, and both pass one shared suite. Calls block; not for the data plane.
package protocol MetricStore: Sendable {
    /// Adds rows, all or none.
    func append(_ rows: [MetricRow]) throws(RegistryError)
    /// Newest first; `name` nil means all measures.
    func metrics(_ name: String?, since: Timestamp, limit: Int) throws(RegistryError) -> [MetricRow]
    /// Drops older rows of these measures; returns how many. Rows of other programs' measures stay.
    func removeMetrics(_ names: [String], before: Timestamp) throws(RegistryError) -> Int
}
