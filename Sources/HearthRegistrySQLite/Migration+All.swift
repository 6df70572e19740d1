extension Migration {
    /// Every step that this program knows, oldest first.
    static let all = [
        Migration(version: 1, name: "registry", sql: registry),
        Migration(version: 2, name: "leases", sql: leases),
        Migration(version: 3, name: "ml_metrics", sql: metrics),
    ]

    /// `ml_models` has the specification's columns first (R45-R56) and Hearth's own after them, and its two indexes
    /// (R57, R58).
    ///
    /// - Times are integers, microseconds since 1970-01-01T00:00:00Z: exact, ordered, and what ``Timestamp`` holds. To
    ///   read them: `SELECT datetime(created_at / 1000000, 'unixepoch') FROM ml_models`.
    /// - `metric_type` is NOT NULL in the specification; a key without one (symbol and timeframe instead) has `''`
    ///   there.
    /// - That `parameters` and `metrics` are JSON objects is checked by the store: functions in a schema do not run
    ///   where SQLite is told not to trust it.
    /// - `is_active` is computed (C13): the artifact is present and may be loaded. Cleaning up sets `model_path` to
    ///   NULL.
    /// - `idx_ml_models_one_production` is what makes two production versions of one name impossible (C21); the pointer
    ///   can only name versions of its own registered model.
    private static let registry = """
        CREATE TABLE registered_models (
            name TEXT NOT NULL PRIMARY KEY,
            model_type TEXT NOT NULL CHECK (length(model_type) BETWEEN 1 AND 50),
            metric_type TEXT CHECK (length(metric_type) BETWEEN 1 AND 50),
            symbol TEXT CHECK (length(symbol) BETWEEN 1 AND 50),
            timeframe TEXT CHECK (length(timeframe) BETWEEN 1 AND 50),
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE ml_models (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model_type TEXT NOT NULL CHECK (length(model_type) BETWEEN 1 AND 50),
            metric_type TEXT NOT NULL CHECK (length(metric_type) <= 50),
            model_data BLOB,
            model_path TEXT CHECK (length(model_path) BETWEEN 1 AND 500),
            parameters TEXT NOT NULL DEFAULT '{}',
            training_date INTEGER NOT NULL,
            accuracy REAL,
            precision REAL,
            recall REAL,
            is_active INTEGER NOT NULL GENERATED ALWAYS AS (
                status NOT IN ('failed', 'archived') AND (model_path IS NOT NULL OR model_data IS NOT NULL)) STORED,
            created_at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER) * 1000000),
            model_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL REFERENCES registered_models (name),
            status TEXT NOT NULL CHECK (status IN ('success', 'failed', 'candidate', 'production', 'archived')),
            symbol TEXT CHECK (length(symbol) BETWEEN 1 AND 50),
            timeframe TEXT CHECK (length(timeframe) BETWEEN 1 AND 50),
            size_bytes INTEGER NOT NULL DEFAULT 0 CHECK (size_bytes >= 0),
            manifest_digest TEXT NOT NULL DEFAULT '',
            metrics TEXT NOT NULL DEFAULT '{}',
            promoted_at INTEGER,
            promoted_by TEXT,
            pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
            error TEXT,
            UNIQUE (name, model_id)
        ) STRICT;
        CREATE INDEX idx_ml_models_type_active ON ml_models (model_type, metric_type, is_active);
        CREATE INDEX idx_ml_models_path ON ml_models (model_path);
        CREATE INDEX idx_ml_models_newest ON ml_models (created_at, id);
        CREATE INDEX idx_ml_models_name_newest ON ml_models (name, created_at, id);
        CREATE UNIQUE INDEX idx_ml_models_one_production ON ml_models (name) WHERE status = 'production';

        CREATE TABLE production_pointers (
            name TEXT NOT NULL PRIMARY KEY REFERENCES registered_models (name),
            model_id TEXT NOT NULL,
            previous_model_id TEXT,
            generation INTEGER NOT NULL CHECK (generation >= 1),
            changed_at INTEGER NOT NULL,
            FOREIGN KEY (name, model_id) REFERENCES ml_models (name, model_id),
            FOREIGN KEY (name, previous_model_id) REFERENCES ml_models (name, model_id)
        ) STRICT;

        CREATE TABLE registry_events (
            head_version INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            model_id TEXT,
            generation INTEGER,
            actor TEXT NOT NULL,
            reason TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE registry_head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL CHECK (version >= 0)
        ) STRICT;
        INSERT INTO registry_head (id, version) VALUES (1, 0);
        """

    /// Which versions running servers hold, and until when (C15). No part of the registry's history: leases come and go
    /// without a head version.
    private static let leases = """
        CREATE TABLE registry_leases (
            model_id TEXT NOT NULL,
            holder TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (model_id, holder)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idx_registry_leases_holder ON registry_leases (holder);
        """

    /// The specification's measurements (R110), as PostgreSQL has them.
    private static let metrics = """
        CREATE TABLE ml_metrics (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            metric_type TEXT NOT NULL CHECK (length(metric_type) BETWEEN 1 AND 50),
            entity_id TEXT,
            metric_value REAL,
            timestamp INTEGER NOT NULL,
            extra_data TEXT NOT NULL DEFAULT '{}'
        ) STRICT;
        CREATE INDEX idx_ml_metrics_type_timestamp ON ml_metrics (metric_type, timestamp);
        """
}
