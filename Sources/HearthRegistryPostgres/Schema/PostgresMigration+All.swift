extension PostgresMigration {
    /// Every step that this program knows, oldest first.
    static let all = [specification, modelPath, registry, metrics]

    /// There while a downgrade runs: every row has `model_data`.
    static let blobConstraint = "ml_models_downgrade"

    /// The table of the specification before its migration (R45-R57), where there is none; a table that a Python
    /// program made is taken as it is.
    private static let specification = PostgresMigration(
        version: 1, name: "ml_models",
        upgrade: [
            """
            CREATE TABLE IF NOT EXISTS ml_models (
                id SERIAL PRIMARY KEY,
                model_type VARCHAR(50) NOT NULL,
                metric_type VARCHAR(50) NOT NULL,
                model_data BYTEA NOT NULL,
                parameters JSONB,
                training_date TIMESTAMPTZ NOT NULL,
                accuracy DOUBLE PRECISION,
                precision DOUBLE PRECISION,
                recall DOUBLE PRECISION,
                is_active BOOLEAN NOT NULL DEFAULT TRUE,
                created_at TIMESTAMPTZ DEFAULT NOW()
            )
            """,
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_type_active
            ON ml_models (model_type, metric_type, is_active)
            """,
        ],
        // The table and its rows are the application's as much as Hearth's: they stay.
        downgrade: [])

    /// The specification's own migration (R43, R44): `model_path` beside `model_data`, which may now be NULL.
    private static let modelPath = PostgresMigration(
        version: 2, name: "model_path",
        upgrade: [
            "ALTER TABLE ml_models ADD COLUMN IF NOT EXISTS model_path VARCHAR(500)",
            "ALTER TABLE ml_models ALTER COLUMN model_data DROP NOT NULL",
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_path ON ml_models (model_path)",
        ],
        downgrade: [
            "DROP INDEX CONCURRENTLY IF EXISTS idx_ml_models_path",
            // Whether a row would stand in the way was looked at before anything was undone (C23). The constraint that
            // says so spares the scan during which readers would wait.
            "ALTER TABLE ml_models ALTER COLUMN model_data SET NOT NULL",
            "ALTER TABLE ml_models DROP CONSTRAINT IF EXISTS \(blobConstraint)",
            "ALTER TABLE ml_models DROP COLUMN IF EXISTS model_path",
        ])

    /// Hearth's own columns and tables.
    ///
    /// - New columns of `ml_models` may be left out by programs that know the specification's only. A row without
    ///   `model_id` is such a program's: it is no version of the registry until it is migrated.
    /// - `idx_ml_models_one_production` is what makes two production versions of one name impossible (C21).
    private static let registry = PostgresMigration(
        version: 3, name: "registry",
        upgrade: [
            """
            CREATE TABLE IF NOT EXISTS registered_models (
                name VARCHAR(128) PRIMARY KEY,
                model_type VARCHAR(50) NOT NULL CHECK (model_type <> ''),
                metric_type VARCHAR(50) CHECK (metric_type <> ''),
                symbol VARCHAR(50) CHECK (symbol <> ''),
                timeframe VARCHAR(50) CHECK (timeframe <> ''),
                created_at TIMESTAMPTZ NOT NULL
            )
            """,
            """
            ALTER TABLE ml_models
                ADD COLUMN IF NOT EXISTS model_id TEXT,
                ADD COLUMN IF NOT EXISTS name VARCHAR(128),
                ADD COLUMN IF NOT EXISTS status TEXT NOT NULL DEFAULT 'success',
                ADD COLUMN IF NOT EXISTS symbol VARCHAR(50),
                ADD COLUMN IF NOT EXISTS timeframe VARCHAR(50),
                ADD COLUMN IF NOT EXISTS size_bytes BIGINT NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS manifest_digest TEXT NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS metrics JSONB NOT NULL DEFAULT '{}',
                ADD COLUMN IF NOT EXISTS promoted_at TIMESTAMPTZ,
                ADD COLUMN IF NOT EXISTS promoted_by TEXT,
                ADD COLUMN IF NOT EXISTS pinned BOOLEAN NOT NULL DEFAULT FALSE,
                ADD COLUMN IF NOT EXISTS error TEXT
            """,
            "ALTER TABLE ml_models DROP CONSTRAINT IF EXISTS ml_models_status",
            """
            ALTER TABLE ml_models ADD CONSTRAINT ml_models_status CHECK (
                status IN ('success', 'failed', 'candidate', 'production', 'archived')
                AND (model_id IS NULL) = (name IS NULL) AND size_bytes >= 0) NOT VALID
            """,
            "ALTER TABLE ml_models VALIDATE CONSTRAINT ml_models_status",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_model_id ON ml_models (model_id)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_name_id ON ml_models (name, model_id)",
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_newest
            ON ml_models (created_at DESC, id DESC) WHERE model_id IS NOT NULL
            """,
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_name_newest
            ON ml_models (name, created_at DESC, id DESC)
            """,
            """
            CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_models_one_production
            ON ml_models (name) WHERE status = 'production'
            """,
            """
            CREATE TABLE IF NOT EXISTS production_pointers (
                name VARCHAR(128) PRIMARY KEY REFERENCES registered_models (name),
                model_id TEXT NOT NULL,
                previous_model_id TEXT,
                generation BIGINT NOT NULL CHECK (generation >= 1),
                changed_at TIMESTAMPTZ NOT NULL,
                FOREIGN KEY (name, model_id) REFERENCES ml_models (name, model_id),
                FOREIGN KEY (name, previous_model_id) REFERENCES ml_models (name, model_id)
            )
            """,
            """
            CREATE TABLE IF NOT EXISTS registry_events (
                head_version BIGINT PRIMARY KEY,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                model_id TEXT,
                generation BIGINT,
                actor TEXT NOT NULL,
                reason TEXT NOT NULL,
                at TIMESTAMPTZ NOT NULL
            )
            """,
            """
            CREATE TABLE IF NOT EXISTS registry_head (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                version BIGINT NOT NULL CHECK (version >= 0)
            )
            """,
            "INSERT INTO registry_head (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING",
            """
            CREATE TABLE IF NOT EXISTS registry_leases (
                model_id TEXT NOT NULL,
                holder TEXT NOT NULL,
                expires_at TIMESTAMPTZ NOT NULL,
                PRIMARY KEY (model_id, holder)
            )
            """,
        ],
        downgrade: [
            "DROP TABLE IF EXISTS registry_leases, registry_events, production_pointers, registry_head",
            """
            ALTER TABLE ml_models
                DROP COLUMN IF EXISTS model_id, DROP COLUMN IF EXISTS name, DROP COLUMN IF EXISTS status,
                DROP COLUMN IF EXISTS symbol, DROP COLUMN IF EXISTS timeframe, DROP COLUMN IF EXISTS size_bytes,
                DROP COLUMN IF EXISTS manifest_digest, DROP COLUMN IF EXISTS metrics,
                DROP COLUMN IF EXISTS promoted_at, DROP COLUMN IF EXISTS promoted_by,
                DROP COLUMN IF EXISTS pinned, DROP COLUMN IF EXISTS error
            """,
            "DROP TABLE IF EXISTS registered_models",
        ])

    /// The specification's measurements (R110).
    private static let metrics = PostgresMigration(
        version: 4, name: "ml_metrics",
        upgrade: [
            """
            CREATE TABLE IF NOT EXISTS ml_metrics (
                id BIGSERIAL PRIMARY KEY,
                metric_type VARCHAR(50) NOT NULL,
                entity_id TEXT,
                metric_value DOUBLE PRECISION,
                timestamp TIMESTAMPTZ NOT NULL DEFAULT NOW(),
                extra_data JSONB
            )
            """,
            """
            CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ml_metrics_type_timestamp
            ON ml_metrics (metric_type, timestamp)
            """,
        ],
        downgrade: [])
}
