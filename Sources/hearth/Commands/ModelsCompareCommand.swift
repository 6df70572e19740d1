import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry

extension ModelsCommand {
    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts two versions side by side: figures, differences, and what the gates say.",
            discussion: """
                The gates hold the second version against the first, as if the first were in production: whole files, \
                the same rows and outputs, the same test window, and the rules given with --rule. A registered \
                model's name stands for its production version.

                EXAMPLES
                  hearth models compare churn churn_20251112_120000_123_k7qd
                  hearth models compare churn_20251105_1 churn_20251112_2 --rule 'roc_auc>=production-0.01' --json

                EXIT STATUS: 0 compared, whatever the gates say.
                """)

        @Argument(help: "The model_id of one version, or a model's name for its production version.")
        var first: String

        @Argument(help: "The other version.")
        var second: String

        @Option(help: "A rule of the gates, e.g. 'f1>=production'; may be given several times.")
        var rule: [String] = []

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup var limit: FileLimitOptions
        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            let rules = try rule.map { text throws(CallFailure) in try MetricRule(text) }
            let directory = try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readOnly)
            let store = try place.store()
            let comparison = VersionComparison(
                try Self.version(first, store), try Self.version(second, store), store: store, directory: directory,
                rules: rules)
            print(json ? Self.json(comparison).text : Self.text(comparison))
        }

        private static func version(_ text: String, _ store: any RegistryStore) throws -> ModelVersion {
            if let id = try? ModelID(text), let version = try store.version(id) { return version }
            if let name = try? ModelName(text), let pointer = try store.productionPointer(of: name),
                let version = try store.version(pointer.modelID)
            {
                return version
            }
            throw RegistryError(
                .notFound, "'\(text)' is no version, and no model with a production version",
                hint: "see 'hearth models list'")
        }

        private static func text(_ comparison: VersionComparison) -> String {
            let (left, right) = (comparison.left, comparison.right)
            var versions = TextTable("", "MODEL", "VERSION", "STATUS", "CREATED")
            for (letter, version) in [("A", left), ("B", right)] {
                versions.add(
                    letter, version.name.text, version.modelID.text, version.status.rawValue, version.createdAt.iso8601)
            }
            var figures = TextTable("FIGURE", "A", "B", "B - A")
            func text(_ value: Double?) -> String { value.map(Figure.short) ?? "-" }
            for figure in comparison.figures {
                figures.add(figure.name, text(figure.left), text(figure.right), text(figure.difference))
            }
            var gates = TextTable("GATE", "B AFTER A", "DETAIL")
            for verdict in comparison.verdicts { gates.add(verdict.gate, verdict.outcome.rawValue, verdict.detail) }
            return [versions.text, comparison.figures.isEmpty ? "no figures" : figures.text, gates.text]
                .joined(separator: "\n\n")
        }

        private static func json(_ comparison: VersionComparison) -> JSON {
            func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
            return .object([
                ("a", comparison.left.json), ("b", comparison.right.json),
                (
                    "figures",
                    .array(
                        comparison.figures.map { figure in
                            .object([
                                ("name", .text(figure.name)), ("a", number(figure.left)), ("b", number(figure.right)),
                                ("difference", number(figure.difference)),
                            ])
                        })
                ),
                (
                    "gates",
                    .array(
                        comparison.verdicts.map { verdict in
                            .object([
                                ("gate", .text(verdict.gate)), ("outcome", .text(verdict.outcome.rawValue)),
                                ("detail", .text(verdict.detail)),
                            ])
                        })
                ),
            ])
        }
    }
}
