import ArgumentParser
import HearthArtifacts
import HearthClient
import HearthCore
import HearthLifecycle
import HearthRegistry

struct CleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Takes old and broken versions away; only says what it would do unless --yes is given.",
        discussion: """
            Nothing goes that is in production, the target of a rollback, pinned, archived or held by a server: each \
            is shown with the cause. What goes leaves its row as history; its folder is deleted.

            WHAT GOES
              --keep N         of each model all but the newest N that nothing protects
              --max-models N   of each model the oldest beyond N, the protected ones counted
              --max-total-size S   the oldest of all until the rest takes no more (the newest of each model stays)
              --disk-line P    the same until the disk is used to no more than P percent
              always           rows whose artifact is gone, folders of versions that were removed, what writers that \
            died left
              --orphans        complete folders that the registry does not know

            EXAMPLES
              hearth clean --keep 3
              hearth clean --keep 3 --yes
              hearth clean --keep 1 --disk-line 90 --yes

            Never delete folders with rm: what is in production would be among them.

            EXIT STATUS: 0 done (or nothing to do), 1 something could not be removed.
            """)

    @Option(help: "Keep so many versions of each model, protected ones not counted.")
    var keep: Int?

    @Option(help: "Keep at most so many versions of each model in all.")
    var maxModels: Int?

    @Option(help: "Remove until the disk is used to no more than this percentage; the specification's line is 90.")
    var diskLine: Int?

    @Flag(help: "Remove complete folders that the registry does not know.")
    var orphans = false

    @Flag(help: "Hold the versions to --max-total-size: remove the oldest beyond it.")
    var quota = false

    @Flag(help: "Do it. Without this nothing is changed.")
    var yes = false

    @Option(help: "Also write what was done to standard error as a log line: english or specification.")
    var logTexts: LifecycleLine.Texts?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

    func validate() throws {
        if let keep, keep < 0 { throw ValidationError("--keep \(keep): 0 or more versions are kept.") }
        if let maxModels, maxModels < 1 { throw ValidationError("--max-models \(maxModels): at least 1.") }
        if let diskLine, !(1...100).contains(diskLine) {
            throw ValidationError("--disk-line \(diskLine): a percentage from 1 to 100.")
        }
    }

    func run() throws {
        let directory = try place.directory(
            fileByteCountMax: ArtifactLimits().fileByteCountMax, access: .readWrite)
        let store = try place.store()
        let cleaner = Cleaner(store: store, directory: directory)
        let survey = try cleaner.survey()
        let plan = RetentionPlan(survey.retention, policy(survey.disk))
        let faults = try FaultInjection(
            CommandEnvironment.text("HEARTH_FAULT_POINT"), names: Cleaner.FaultPoint.allCases.map(\.rawValue))
        let report = yes ? run(plan, survey, cleaner, faults) : nil
        if report?.done.isEmpty == false { IndexFile.refresh(store, directory) }
        print(json ? Self.json(plan, report, survey.disk).text : Self.text(plan, report, survey.disk))
        if let report, let logTexts {
            let line = LifecycleLine.cleaned(count: report.done.count, byteCount: report.freedByteCount)
            StandardErrorText.line(line.text(logTexts, program: "hearth"))
        }
        if report?.failures.isEmpty == false || report?.leftovers.failures.isEmpty == false { throw ExitCode.failure }
    }

    private func policy(_ disk: DiskSpace) -> RetentionPolicy {
        var policy = RetentionPolicy(
            keepVersions: keep, maxModels: maxModels, quotaBytes: quota ? place.maxTotalSize.bytes : nil)
        policy.removesOrphans = orphans
        if let diskLine { policy.bytesToFree = disk.bytesAbove(percent: diskLine) }
        return policy
    }

    private func run(
        _ plan: RetentionPlan, _ survey: Cleaner.Survey, _ cleaner: Cleaner, _ faults: FaultInjection
    ) -> Cleaner.Report {
        let progress = ProgressLine(total: plan.items.count)
        defer { progress.clear() }
        return cleaner.run(
            plan, survey, actor: CommandEnvironment.actor("hearth-clean"),
            progress: { done in
                if done < plan.items.count { progress.show(done, plan.items[done].modelID.text) }
            }, faults: { faults.reached($0.rawValue) })
    }

    private static func text(_ plan: RetentionPlan, _ report: Cleaner.Report?, _ disk: DiskSpace) -> String {
        var lines: [String] = []
        if !plan.items.isEmpty {
            var table = TextTable("VERSION", "MODEL", "SIZE", report == nil ? "WOULD" : "DID", "BECAUSE")
            for item in plan.items {
                table.add(
                    item.modelID.text, item.name?.text ?? "-", "\(ByteCount(item.byteCount))", item.action.rawValue,
                    item.cause.description)
            }
            lines.append(table.text)
        }
        if !plan.protected.isEmpty {
            var table = TextTable("STAYS", "MODEL", "PROTECTED AS")
            for version in plan.protected {
                let missing = version.isMissing ? ", but its artifact is missing" : ""
                table.add(version.modelID.text, version.name.text, version.protection.rawValue + missing)
            }
            lines.append(table.text)
        }
        for version in plan.failed {
            lines.append("failed training \(version.modelID): \(version.error ?? "")")
        }
        for orphan in plan.orphans {
            lines.append("not in the registry: \(orphan); register it, or remove it with --orphans")
        }
        for (item, reason) in report?.failures ?? [] { lines.append("not removed: \(item.modelID): \(reason)") }
        for failure in report?.leftovers.failures ?? [] { lines.append("not tidied: \(failure)") }
        if disk.percent >= DiskSpace.warningPercent {
            lines.append("Disk usage \(disk.percent)% (threshold: \(DiskSpace.warningPercent)%)")
        }
        if let report {
            lines.append(
                "Cleaned \(report.done.count) versions, freed \(ByteCount(report.freedByteCount)), "
                    + "\(plan.kept.count) kept")
        } else {
            lines.append(
                plan.items.isEmpty
                    ? "nothing to remove, \(plan.kept.count) versions kept"
                    : "\(plan.items.count) versions with \(ByteCount(plan.freedByteCount)) would go, "
                        + "\(plan.kept.count) stay; do it with --yes")
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ plan: RetentionPlan, _ report: Cleaner.Report?, _ disk: DiskSpace) -> JSON {
        let items = report?.done ?? plan.items
        return .object([
            ("dry_run", .bool(report == nil)), ("deleted_count", .integer(items.count)),
            ("freed_bytes", .integer(items.reduce(0) { $0 + $1.byteCount })),
            (
                "freed_space_mb",
                .number(Double(items.reduce(0) { $0 + $1.byteCount }) / 1_000_000)
            ),
            ("kept_models", .array(plan.kept.map { .text($0.text) })),
            (
                "removed",
                .array(
                    items.map { item in
                        .object([
                            ("model_id", .text(item.modelID.text)),
                            ("model", item.name.map { .text($0.text) } ?? .null),
                            ("action", .text(item.action.rawValue)), ("cause", .text(item.cause.description)),
                            ("bytes", .integer(item.byteCount)),
                        ])
                    })
            ),
            (
                "protected",
                .array(
                    plan.protected.map { version in
                        .object([
                            ("model_id", .text(version.modelID.text)),
                            ("protected_as", .text(version.protection.rawValue)),
                            ("missing", .bool(version.isMissing)),
                        ])
                    })
            ),
            ("failed_trainings", .array(plan.failed.map { .text($0.modelID.text) })),
            ("orphans", .array(plan.orphans.map { .text($0.text) })),
            (
                "failures",
                .array(
                    (report?.failures ?? []).map { failure in
                        .object([
                            ("model_id", .text(failure.item.modelID.text)), ("reason", .text(failure.reason)),
                        ])
                    })
            ), ("disk_percent", .integer(disk.percent)),
        ])
    }
}
