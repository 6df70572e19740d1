package import HearthCore

/// One step of a store's schema, as a person sees it.
package struct SchemaStep: Sendable, Equatable {
    /// 1 for the first; without gaps.
    package var version: Int64
    package var name: String
    /// Of the text that the step applies: finds a step that was edited after it had been applied somewhere.
    package var checksum: String
    /// nil: not applied.
    package var appliedAt: Timestamp?

    package init(version: Int64, name: String, checksum: String, appliedAt: Timestamp?) {
        self.version = version
        self.name = name
        self.checksum = checksum
        self.appliedAt = appliedAt
    }
}

/// What a registry's database is now.
package struct SchemaStatus: Sendable, Equatable {
    /// What the table `ml_models` looks like.
    package enum Table: String, Sendable {
        case absent
        /// As the specification's Python program made it: no `model_path`, or `model_data NOT NULL` (R43).
        case old
        /// With `model_path`, as the specification's migration leaves it.
        case migrated
        /// With Hearth's own columns.
        case registry
    }

    /// The database, for people.
    package var place: String
    /// All steps that this program knows, oldest first.
    package var steps: [SchemaStep]
    package var table: Table
    package var rows: ModelRowCounts

    package init(place: String, steps: [SchemaStep], table: Table, rows: ModelRowCounts) {
        self.place = place
        self.steps = steps
        self.table = table
        self.rows = rows
    }

    /// How many steps an upgrade would apply.
    package var pendingCount: Int { steps.count { $0.appliedAt == nil } }
}

/// Where the models of `ml_models` are: in the rows or in files.
package struct ModelRowCounts: Sendable, Equatable {
    package var total: Int64 = 0
    /// With `model_data` and without `model_path`: what `hearth migrate blobs` has to do.
    package var blobOnly: Int64 = 0
    /// With `model_path` and without `model_data`.
    package var pathOnly: Int64 = 0
    /// With both: migrated, and still there for programs that read `model_data`.
    package var both: Int64 = 0
    /// With a `model_id`: versions of the registry.
    package var registered: Int64 = 0
    /// Of all `model_data` together.
    package var blobByteCount: Int64 = 0

    package init() {}

    /// Without `model_data`: what a downgrade has to put there first.
    package var missingBlobs: Int64 { total - blobOnly - both }

    /// With neither: failed trainings, versions that were cleaned away, broken rows.
    package var neither: Int64 { total - blobOnly - pathOnly - both }
}
