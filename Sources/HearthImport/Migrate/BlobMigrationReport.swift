/// What a migration has done, or would do.
package struct BlobMigrationReport: Sendable, Equatable {
    /// What became of one row.
    package enum Result: Sendable, Equatable {
        /// A version of the registry, which is served from its files.
        case migrated(modelID: String)
        /// Kept as a file as it was: Hearth does not compute it.
        case notServable(path: String, reason: String)
        /// Nothing has changed.
        case failed(reason: String)
        /// `model_data` is gone; the file has the same bytes.
        case purged
        /// `model_data` stays.
        case notPurged(reason: String)
    }

    /// One row and what became of it.
    package struct Row: Sendable, Equatable {
        package var id: Int64
        /// `model_type` and `metric_type`, for people.
        package var model: String
        package var byteCount: Int64
        package var result: Result
    }

    package var isDryRun = false
    package var migrated = 0
    package var notServable = 0
    package var failed = 0
    /// Had a `model_path` before.
    package var skipped: Int64 = 0
    /// Have no `model_data`, so that there is nothing to move.
    package var withoutData: Int64 = 0
    /// Bytes of `model_data` that were moved (R96).
    package var byteCount: Int64 = 0
    /// Bytes that the new files take on the disk.
    package var fileByteCount: Int64 = 0
    package var purged = 0
    package var notPurged = 0
    package var purgedByteCount: Int64 = 0
    /// The rows that somebody should look at.
    package var problems: [Row] = []
    /// Why the rest was not tried; nil when all rows were.
    package var stopReason: String?

    package init() {}

    /// Whether all rows with data are in files now (R114).
    package var isComplete: Bool { failed == 0 && notPurged == 0 && stopReason == nil }

    mutating func note(_ row: Row, fileByteCount: Int = 0) {
        switch row.result {
        case .migrated:
            migrated += 1
            byteCount += row.byteCount
        case .notServable:
            notServable += 1
            byteCount += row.byteCount
        case .failed: failed += 1
        case .purged:
            purged += 1
            purgedByteCount += row.byteCount
        case .notPurged: notPurged += 1
        }
        self.fileByteCount += Int64(fileByteCount)
        switch row.result {
        case .migrated, .purged: break
        case .notServable, .failed, .notPurged: problems.append(row)
        }
    }
}
