import ArgumentParser
import Glibc
import HearthArtifacts
import HearthCore
import HearthImport
import HearthLifecycle
import HearthRegistry
import HearthRegistryOpening
import HearthRegistryPostgres

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Moves models from the rows of a table into files.",
        subcommands: [Blobs.self])

    struct Blobs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the pickles in ml_models.model_data versions of registered models.",
            discussion: """
                For each row with model_data and without model_path: the pickle is read by Hearth's own reader \
                (nothing in it is run), converted, checked, and published in the model directory beside the original \
                bytes; then the row gets model_path and the registry's columns. model_data stays, so programs that \
                read it go on, and everything may run meanwhile.

                The registered model is called {model_type}.{metric_type}. Nothing is promoted: `hearth models \
                promote` does that. Rows with is_active = false become archived versions.

                A model that Hearth does not compute is kept as a file as it is, named in model_path, and counted as \
                "not servable" with the reason, which also stands in the row's column error. `hearth inspect FILE` \
                says more. A row whose bytes are no whole model file has failed: nothing of it changes.

                AGAIN AND AGAIN: rows that are done are skipped, so the command may be ended (Ctrl-C, kill -9) and \
                repeated. Two runs at once are refused.

                --purge-blobs afterwards sets model_data to NULL in every row whose file is there, whole, and has \
                the very bytes of model_data; others are listed. Only when no program reads model_data any more. \
                `hearth db downgrade` brings them back.

                EXAMPLES
                  hearth migrate blobs --dry-run --registry postgresql://app@/minibar
                  hearth migrate blobs --registry postgresql://app@/minibar --max-total-size 2GB
                  hearth migrate blobs --purge-blobs

                EXIT STATUS: 0 all rows with data are in files, 1 a row has failed, was not purged or was not tried, \
                130 interrupted.
                """)

        @Flag(help: "Read and convert everything, say what would be done, change nothing.")
        var dryRun = false

        @Option(help: "How many rows are asked for at a time; they come one at a time.")
        var batch = 100

        @Flag(help: "Afterwards, take model_data out of rows whose file has the same bytes.")
        var purgeBlobs = false

        @Option(help: "Also write what was done to standard error as a log line: english or specification.")
        var logTexts: LifecycleLine.Texts?

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup var limit: FileLimitOptions
        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func validate() throws {
            guard (1...100_000) ~= batch else {
                throw ValidationError("--batch is \(batch), expected 1 to 100000.")
            }
        }

        func run() throws {
            Interruption.note()
            let faults = try FaultInjection(
                CommandEnvironment.text("HEARTH_FAULT_POINT"), names: MigrationFaultPoint.all.map(\.name))
            guard case .postgres(let text) = place.options.location else {
                throw ValidationError(
                    "A SQLite registry has no pickles in its rows; give --registry postgresql://user@host/database.")
            }
            let location = try PostgresLocation(text)
            try checkSchema()
            let directory = try openDirectory()
            let store = PostgresRegistryStore(location)
            let migration = BlobMigration(
                try PostgresBlobTable(location), store, directory,
                options: BlobMigration.Options(
                    isDryRun: dryRun, batch: batch, limits: limit.limits, purgesBlobs: purgeBlobs,
                    actor: CommandEnvironment.actor("hearth-migrate")))
            let report = try run(migration, faults)
            if !dryRun, report.migrated > 0, let directory { IndexFile.refresh(store, directory) }
            if json {
                print(report.json.text)
            } else {
                print(report.text(quota: place.maxTotalSize.bytes))
            }
            if let logTexts, !dryRun {
                let line = LifecycleLine.migrated(count: report.migrated)
                StandardErrorText.line(line.text(logTexts, program: "hearth"))
            }
            if let warning = try directory?.diskSpace().warning { StandardErrorText.line(warning) }
            if Interruption.isWanted { throw ExitCode(128 + SIGINT) }
            if !report.isComplete { throw ExitCode.failure }
        }

        private func run(_ migration: BlobMigration, _ faults: FaultInjection) throws -> BlobMigrationReport {
            var bar = ProgressLine(total: 0)
            defer { bar.clear() }
            return try migration.run(
                BlobMigration.Observer(
                    progress: { done, total in
                        bar = ProgressLine(total: total)
                        bar.show(done, "rows")
                    },
                    row: { row in
                        bar.clear()
                        if !json, let line = row.problemText { print(line) }
                    },
                    isStopWanted: { Interruption.isWanted }, faults: { faults.reached($0.name) }))
        }

        /// A dry run makes no directory, and needs none.
        private func openDirectory() throws -> ModelDirectory? {
            guard dryRun else {
                return try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readWrite)
            }
            return try? place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readOnly)
        }

        private func checkSchema() throws {
            let pending = try place.options.location.schemaStatus().pendingCount
            guard pending == 0 else {
                throw RegistryError(
                    .refused, "\(pending) steps of the schema are pending", hint: "apply them with `hearth db upgrade`")
            }
        }
    }
}
