import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistryOpening
import HearthRegistryPostgres

struct DbCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Shows, upgrades and downgrades the tables of the registry.",
        discussion: """
            A PostgreSQL registry has its schema made by `hearth db upgrade`; an ml_models table that a Python program \
            made is taken as it is. A SQLite registry makes and upgrades its own when a program opens it.

            FROM BLOBS IN A TABLE TO FILES, WITHOUT STOPPING ANYTHING
              1. hearth db status            what is there
              2. hearth db upgrade           adds columns and tables; programs that know the old columns go on
              3. hearth migrate blobs        models become files; model_data stays
              4. hearth models promote ...   hearthd serves them
              5. hearth migrate blobs --purge-blobs   when no program reads model_data any more
            and back: hearth db downgrade --to 1
            """,
        subcommands: [Status.self, Upgrade.self, Downgrade.self])

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the schema's steps, the shape of ml_models, and where its models are.",
            discussion: """
                Changes nothing. Each step shows the checksum of what it applies: a step that was changed after it \
                had been applied, or a schema newer than this program, is an error.

                EXAMPLES
                  hearth db status --registry postgresql://app@/minibar
                  hearth db status --json

                EXIT STATUS: 0 the schema is this program's, 1 it cannot be read, 2 steps are pending.
                """)

        @OptionGroup(title: "Where the models are") var place: RegistryOptions

        @Flag(help: "Print JSON instead of text.")
        var json = false

        func run() throws {
            let status = try place.location.schemaStatus()
            print(json ? status.json.text : status.text)
            if status.pendingCount > 0 { throw ExitCode(2) }
        }
    }

    struct Upgrade: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Applies the steps that are missing, while other programs read and write.",
            discussion: """
                No step locks readers out: columns are added with constant defaults, indices are made beside readers, \
                and a lock that is not had within two seconds is given up and asked for again. A step that was \
                broken off is run again from its start; running it twice changes nothing.

                Programs that know the specification's columns only go on reading and writing model_data. Their rows \
                become versions of the registry with `hearth migrate blobs`.

                EXAMPLE
                  hearth db upgrade --registry postgresql://app@/minibar
                """)

        @OptionGroup(title: "Where the models are") var place: RegistryOptions

        func run() throws {
            let location = place.location
            let count = try location.upgradeSchema { StandardErrorText.line("step \($0.version) (\($0.name)) ...") }
            print(count == 0 ? "nothing to do: all steps are applied" : "\(count) \(steps(count)) applied")
            let rows = try location.schemaStatus().rows
            if rows.blobOnly > 0 {
                print("\(rows.blobOnly) models are in rows only; make them files with: hearth migrate blobs")
            }
        }
    }

    struct Downgrade: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Undoes steps of a PostgreSQL registry, newest first, and puts files back into rows.",
            discussion: """
                --to 1 leaves ml_models as the specification's Python programs know it: no model_path, model_data NOT \
                NULL. Rows without model_data get the bytes of their files first: of an imported or migrated model \
                the very pickle it came from. If one file is missing or damaged, nothing is changed and the rows are \
                counted and named (C23). What --purge-blobs took out comes back.

                A version that was trained by Hearth has no pickle: its model.hearth is kept in model_data and the \
                row becomes inactive (is_active = false), and so does the row of a failed training, without bytes.

                WHAT IS LOST: below step 3 the names, promotions, pins and history of the registry. Files stay. After \
                another upgrade, `hearth migrate blobs` gives migrated models the same model_id and folder again.

                EXAMPLES
                  hearth db downgrade --to 1 --dry-run --registry postgresql://app@/minibar
                  hearth db downgrade --to 1 --registry postgresql://app@/minibar
                """)

        @OptionGroup(title: "Where the models are") var place: RegistryOptions

        @Option(help: "The step to go back to, as `hearth db status` numbers them; 0 undoes all.")
        var to: Int64

        @Option(help: "How many rows are asked for at a time.")
        var batch = 100

        @Flag(help: "Look at all files and say what would be done; change nothing.")
        var dryRun = false

        func validate() throws {
            guard to >= 0 else { throw ValidationError("--to is \(to), expected 0 or more.") }
            guard (1...100_000) ~= batch else {
                throw ValidationError("--batch is \(batch), expected 1 to 100000.")
            }
        }

        func run() throws {
            let location = place.location
            guard case .postgres(let text) = location else {
                _ = try location.downgradeSchema(to: to) { _ in }
                return
            }
            // Nobody moves models meanwhile.
            let table = try PostgresBlobTable(PostgresLocation(text))
            defer { withExtendedLifetime(table) {} }
            let status = try location.schemaStatus()
            let undone = status.steps.filter { $0.version > to && $0.appliedAt != nil }
            // Without model_path there are no files to bring back.
            if undone.contains(where: { $0.version == 2 }), status.table != .old { try putBack(table, status.rows) }
            if dryRun {
                for step in undone.reversed() { print("would undo step \(step.version) (\(step.name))") }
                return print("\(undone.count) \(steps(undone.count)) would be undone")
            }
            let count = try location.downgradeSchema(to: to) {
                StandardErrorText.line("undoing step \($0.version) (\($0.name)) ...")
            }
            print(count == 0 ? "nothing to do" : "\(count) \(steps(count)) undone")
        }

        private func putBack(_ table: PostgresBlobTable, _ rows: ModelRowCounts) throws {
            guard rows.missingBlobs > 0 else { return }
            // Files that are there already are as large as they are.
            let directory = try ModelDirectory(
                place.path, access: .readOnly,
                limits: ArtifactLimits(fileByteCountMax: .max, totalByteCountMax: .max))
            let back = BlobReturn(table, directory, batch: batch)
            guard !dryRun else {
                let report = try back.survey()
                print(report.text(isDone: false))
                guard report.refusalCount == 0 else { throw ExitCode.failure }
                return
            }
            let progress = ProgressLine(total: Int(clamping: rows.missingBlobs))
            defer { progress.clear() }
            let report = try back.run { progress.show($0, "rows get their files back") }
            progress.clear()
            print(report.text(isDone: true))
        }
    }
}

private func steps(_ count: Int) -> String { count == 1 ? "step" : "steps" }
