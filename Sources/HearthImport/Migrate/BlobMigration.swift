package import HearthArtifacts
import HearthCore
package import HearthRegistryPostgres
package import HearthRegistry

/// Moves the pickles of `ml_models.model_data` into files (R22, R95), while servers serve and Python programs go on
/// reading `model_data`.
///
/// A row at a time is read, converted by the safe reader, published as a version beside its original bytes, and then,
/// in one transaction, named in its row. What cannot be served is kept as a file as it is, and named too (C27). A run
/// may be killed at any point and be repeated: rows that are done are skipped, and a version's id comes from its row
/// and bytes, so that files that an ended run left behind are found and taken.
package struct BlobMigration {
    /// What to do.
    package struct Options: Sendable {
        /// Read and convert, and write nothing.
        package var isDryRun: Bool
        /// How many rows are asked for at a time; they still come one at a time.
        package var batch: Int
        package var limits: ImportLimits
        /// Afterwards, take `model_data` out of every row whose file has the same bytes.
        package var purgesBlobs: Bool
        /// Who the registry's events name.
        package var actor: String

        package init(isDryRun: Bool, batch: Int, limits: ImportLimits, purgesBlobs: Bool, actor: String) {
            self.isDryRun = isDryRun
            self.batch = batch
            self.limits = limits
            self.purgesBlobs = purgesBlobs
            self.actor = actor
        }
    }

    /// Who follows a run.
    package struct Observer {
        /// Told how many rows are done, of how many.
        package var progress: (Int, Int) -> Void
        /// Told of each row that is done.
        package var row: (BlobMigrationReport.Row) -> Void
        /// Whether to end before the next row.
        package var isStopWanted: () -> Bool
        /// Called after each step; for tests.
        package var faults: (MigrationFaultPoint) -> Void

        package init(
            progress: @escaping (Int, Int) -> Void = { _, _ in },
            row: @escaping (BlobMigrationReport.Row) -> Void = { _ in },
            isStopWanted: @escaping () -> Bool = { false },
            faults: @escaping (MigrationFaultPoint) -> Void = { _ in }
        ) {
            self.progress = progress
            self.row = row
            self.isStopWanted = isStopWanted
            self.faults = faults
        }
    }

    private let table: PostgresBlobTable
    private let store: PostgresRegistryStore
    private let directory: ModelDirectory?
    private let options: Options

    /// - Parameter directory: may be absent for a dry run.
    package init(
        _ table: PostgresBlobTable, _ store: PostgresRegistryStore, _ directory: ModelDirectory?, options: Options
    ) {
        self.table = table
        self.store = store
        self.directory = directory
        self.options = options
    }

    /// Moves all rows, then purges if that is asked for.
    ///
    /// What goes wrong with one row is in the report; what would go wrong with all others too (a full disk, a database
    /// that went away) ends the run, and the report says so.
    ///
    /// Throws ``RegistryError`` when the table cannot be read at all.
    package func run(_ observer: Observer = Observer()) throws(RegistryError) -> BlobMigrationReport {
        var report = BlobMigrationReport()
        report.isDryRun = options.isDryRun
        let counts = try table.counts()
        report.skipped = counts.moved
        report.withoutData = counts.withoutData
        do throws(RegistryError) {
            try move(&report, observer, total: Int(clamping: counts.waiting))
            if options.purgesBlobs, report.stopReason == nil { try purge(&report, observer) }
        } catch {
            report.stopReason = report.stopReason ?? error.description
        }
        return report
    }

    private func move(
        _ report: inout BlobMigrationReport, _ observer: Observer, total: Int
    ) throws(RegistryError) {
        let migration = RowMigration(
            store: store, directory: options.isDryRun ? nil : directory, options: options, faults: observer.faults)
        var moved = report
        defer { report = moved }
        var last = Int64.min
        var done = 0
        while true {
            let before = done
            try table.forEachBlob(
                after: last, limit: options.batch, byteCountMax: options.limits.fileByteCountMax
            ) { id, row in
                guard !observer.isStopWanted() else {
                    moved.stopReason = Self.interrupted
                    return false
                }
                observer.progress(done, total)
                observer.faults(.rowRead)
                let outcome = migration.run(id, row)
                moved.note(outcome.row, fileByteCount: outcome.fileByteCount)
                moved.stopReason = outcome.stopReason
                observer.row(outcome.row)
                last = id
                done += 1
                return moved.stopReason == nil
            }
            guard moved.stopReason == nil, done - before == options.batch else { return }
        }
    }

    private static let interrupted = "interrupted"

    /// Takes `model_data` out of the rows whose files have the same bytes, each looked at right before.
    private func purge(_ report: inout BlobMigrationReport, _ observer: Observer) throws(RegistryError) {
        var last = Int64.min
        while true {
            let rows = try table.copiedRows(after: last, limit: options.batch)
            for row in rows {
                guard !observer.isStopWanted() else {
                    report.stopReason = Self.interrupted
                    return
                }
                last = row.id
                var result = BlobMigrationReport.Result.purged
                if let reason = difference(of: row) {
                    result = .notPurged(reason: reason)
                } else if !options.isDryRun {
                    observer.faults(.purgeChecked)
                    if try !table.purge(row) { result = .notPurged(reason: "the row was changed meanwhile") }
                    observer.faults(.purged)
                }
                let outcome = BlobMigrationReport.Row(
                    id: row.id, model: row.path, byteCount: row.byteCount, result: result)
                report.note(outcome)
                observer.row(outcome)
            }
            guard rows.count == options.batch else { return }
        }
    }

    /// Why the row's file cannot stand for its `model_data`; nil when it can.
    private func difference(of row: CopiedBlobRow) -> String? {
        guard let directory else { return "there is no model directory" }
        do throws(ArtifactError) {
            let file: ModelFile
            switch try directory.model(named: row.path) {
            case .file(let path): file = try directory.readOriginal(path)
            case .version(let id):
                let opened = try directory.open(id)
                guard let listed = try directory.importedFile(of: id) ?? opened.manifest.artifact else {
                    return "no file"
                }
                file = try directory.read(listed, of: id)
            }
            return file.digest.bytes == row.digest
                ? nil : "model_data is not what is in the file: the row was changed after it had been migrated"
        } catch {
            return error.description
        }
    }
}
