import ArgumentParser
import HearthCore
import HearthLifecycle
import HearthRegistry

extension ModelsCommand {
    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says which retrain is in production since when, and what happened before.",
            discussion: """
                Reads the registry's events: who promoted what, when and why; newest first.

                EXAMPLES
                  hearth models history gradient_boosting.BTC-USDT.15m
                  hearth models history isolation_forest.stok_seviye --limit 5 --json
                """)

        @Argument(help: "The registered model.")
        var model: String

        @Option(help: "Events at most.")
        var limit = 50

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func validate() throws {
            guard limit >= 1 else { throw ValidationError("--limit is \(limit), expected 1 or more.") }
        }

        func run() throws {
            let history = try ModelHistory(of: try ModelName(model), in: try place.store())
            print(json ? Self.json(history, limit).text : Self.text(history, limit))
        }

        private static func text(_ history: ModelHistory, _ limit: Int) -> String {
            var lines: [String] = []
            if let term = history.terms.last, let version = history.production {
                lines.append(
                    "\(version.modelID) of \(version.createdAt.iso8601) is in production since \(term.since.iso8601) "
                        + "(generation \(term.generation), \(term.isRollback ? "rolled back" : "promoted") by "
                        + "\(term.actor)\(term.reason.isEmpty ? "" : ": \(term.reason)"))")
            } else {
                lines.append("\(history.name) has no production version")
            }
            var table = TextTable("WHEN", "WHAT", "VERSION", "GENERATION", "WHO", "WHY")
            for event in history.events.reversed().prefix(limit) {
                table.add(
                    event.at.iso8601, event.kind.rawValue, event.modelID?.text ?? "-",
                    event.generation.map { "\($0)" } ?? "-", event.actor, event.reason)
            }
            lines.append(table.text)
            return lines.joined(separator: "\n")
        }

        private static func json(_ history: ModelHistory, _ limit: Int) -> JSON {
            .object([
                ("model", .text(history.name.text)), ("production", history.production?.json ?? .null),
                ("since", history.terms.last.map { .text($0.since.iso8601) } ?? .null),
                (
                    "terms",
                    .array(
                        history.terms.reversed().prefix(limit).map { term in
                            .object([
                                ("model_id", .text(term.modelID.text)), ("generation", .integer(term.generation)),
                                ("since", .text(term.since.iso8601)),
                                ("until", term.until.map { .text($0.iso8601) } ?? .null),
                                ("by", .text(term.actor)), ("reason", .text(term.reason)),
                                ("rollback", .bool(term.isRollback)),
                            ])
                        })
                ),
                (
                    "events",
                    .array(
                        history.events.reversed().prefix(limit).map { event in
                            .object([
                                ("at", .text(event.at.iso8601)), ("kind", .text(event.kind.rawValue)),
                                ("model_id", event.modelID.map { .text($0.text) } ?? .null),
                                ("generation", event.generation.map(JSON.integer) ?? .null),
                                ("by", .text(event.actor)), ("reason", .text(event.reason)),
                                ("head_version", .integer(event.headVersion)),
                            ])
                        })
                ),
            ])
        }
    }
}
