import ArgumentParser
import HearthClient
import HearthCore

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists versions, and says which one answers.",
        discussion: """
            list, show, promote and rollback ask the server; archive, pin, unpin, history and compare work on the \
            registry and the model directory and need none.
            """,
        subcommands: [
            List.self, Show.self, Promote.self, Rollback.self, Archive.self, Pin.self, Unpin.self, History.self,
            Compare.self,
        ], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists versions, newest first.",
            discussion: """
                EXAMPLES
                  hearth models list
                  hearth models list isolation_forest.stok_seviye --limit 10
                """)

        @OptionGroup var options: ClientOptions

        @Argument(help: "A registered model; all when not given.")
        var model = ""

        @Option(help: "Versions at most (1000 is the most).")
        var limit = 100

        func validate() throws {
            guard (1...1000) ~= limit else { throw ValidationError("--limit is \(limit), expected 1 to 1000.") }
        }

        func run() throws {
            let list = try options.client().list(model: model, limit: limit)
            guard !options.json else {
                return print(
                    JSON.object([
                        ("versions", .array(list.versions.map(\.json))), ("served", .array(list.served.map(\.json))),
                    ]).text)
            }
            guard !list.versions.isEmpty else {
                return print("no versions yet; train one with `hearth-trainer train isolation-forest --help`")
            }
            let served = Dictionary(list.served.map { ($0.modelVersion, $0) }) { first, _ in first }
            var table = TextTable("MODEL", "VERSION", "STATUS", "LOADED", "SIZE", "CREATED")
            for version in list.versions {
                let held = served[version.modelVersion]
                table.add(
                    version.modelName, version.modelVersion, version.status, held?.state.lowercased() ?? "-",
                    ByteCount(Int(clamping: version.sizeBytes)).description, version.createdAt)
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one version: what it takes, what it gives, how it was trained.",
            discussion: "EXAMPLE\n  hearth models show isolation_forest.stok_seviye")

        @OptionGroup var options: ClientOptions

        @Argument(help: "The registered model.")
        var model: String

        @Option(help: "A model_id instead of the production version.")
        var version = ""

        func run() throws {
            let details = try options.client().get(model: model, version: version)
            print(options.json ? details.json.text : details.text)
        }
    }

    struct Promote: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a version into production; running calls end with the old one, none is lost.",
            discussion: """
                The server tries the version first, and holds it against its gates: the files are those that were \
                published; rows and outputs are those of the version in production; both were evaluated on the same \
                test window, where they say on which; the server's rules for metrics (hearthd --promotion-rule). \
                What fails is refused with what was found; --force passes over it, for a reason that is kept.

                EXAMPLES
                  hearth models promote isolation_forest.stok_seviye \
                isolation_forest_stok_seviye_20251112_120000_123_k7qd
                  hearth models promote churn churn_20251112_120000_123_k7qd --force --reason 'two new columns'
                """)

        @OptionGroup var options: ClientOptions

        @Argument(help: "The registered model.")
        var model: String

        @Argument(help: "The model_id.")
        var version: String

        @Option(help: "The generation you saw: refuse when another change came between.")
        var expectedGeneration: UInt64 = 0

        @Option(help: "Why, for the record.")
        var reason = ""

        @Flag(help: "Promote although a gate says no; needs --reason.")
        var force = false

        func validate() throws {
            guard !force || !reason.isEmpty else { throw ValidationError("--force needs a --reason.") }
        }

        func run() throws {
            let change = try options.client().promote(
                model: model, version: version, expectedGeneration: expectedGeneration, reason: reason, force: force)
            print(options.json ? change.json.text : change.text)
        }
    }

    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts the version back that was in production before.",
            discussion: "EXAMPLE\n  hearth models rollback isolation_forest.stok_seviye --reason 'too many alarms'")

        @OptionGroup var options: ClientOptions

        @Argument(help: "The registered model.")
        var model: String

        @Option(help: "The generation you saw: refuse when another change came between.")
        var expectedGeneration: UInt64 = 0

        @Option(help: "Why, for the record.")
        var reason = ""

        func run() throws {
            let change = try options.client().rollback(
                model: model, expectedGeneration: expectedGeneration, reason: reason)
            print(options.json ? change.json.text : change.text)
        }
    }
}
