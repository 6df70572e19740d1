import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Holds every version in the registry against its files.",
        discussion: """
            Each version's manifest must be the registered one, every file have its size and SHA-256, and the model \
            load and give its golden vectors back. Changes nothing; needs no server.

            EXAMPLES
              hearth validate
              hearth validate isolation_forest.stok_seviye --json

            EXIT STATUS: 0 all good, 1 a version has a problem.
            """)

    @Argument(help: "The registered model; all unless given.")
    var model: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @OptionGroup var limit: FileLimitOptions
    @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

    func run() throws {
        let directory = try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readOnly)
        let validator = RegistryValidator(store: try place.store(), directory: directory)
        let name = try model.map { text throws(NameError) in try ModelName(text) }
        var progress: ProgressLine?
        let findings = try validator.validate(name) { done, total in
            let line = progress ?? ProgressLine(total: total)
            progress = line
            line.show(done - 1, "checked")
        }
        progress?.clear()
        print(json ? Self.json(findings).text : Self.text(findings))
        if findings.contains(where: { !$0.problems.isEmpty }) { throw ExitCode.failure }
    }

    private static func text(_ findings: [RegistryValidator.Finding]) -> String {
        let bad = findings.filter { !$0.problems.isEmpty }
        var lines = bad.flatMap { finding in
            finding.problems.map { "\(finding.modelID) (\(finding.status.rawValue)): \($0)" }
        }
        let size = ByteCount(findings.reduce(0) { $0 + $1.byteCount })
        lines.append("\(findings.count - bad.count) of \(findings.count) versions are good, \(size) checked")
        return lines.joined(separator: "\n")
    }

    private static func json(_ findings: [RegistryValidator.Finding]) -> JSON {
        .array(
            findings.map { finding in
                .object([
                    ("model_id", .text(finding.modelID.text)), ("model", .text(finding.name.text)),
                    ("status", .text(finding.status.rawValue)), ("bytes", .integer(finding.byteCount)),
                    ("problems", .array(finding.problems.map { .text($0) })),
                ])
            })
    }
}
