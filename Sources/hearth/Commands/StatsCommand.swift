import ArgumentParser
import Glibc
import HearthClient

struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Shows how the server is doing and what it holds.",
        discussion: "EXAMPLE\n  hearth stats --json | jq .counters")

    @OptionGroup var options: ClientOptions

    func run() throws {
        let stats = try options.client().stats()
        print(options.json ? stats.json.text : stats.text)
    }
}

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Has the server read the registry and the model directory again.",
        discussion: """
            The server notices changes by itself; this is for when you do not want to wait, or replaced files by hand.

            EXAMPLES
              hearth reload
              hearth reload isolation_forest.stok_seviye
            """)

    @OptionGroup var options: ClientOptions

    @Argument(help: "A registered model; all when not given.")
    var model = ""

    func run() throws {
        let result = try options.client().reload(model: model)
        if options.json {
            print(
                JSON.object([
                    ("head_version", .integer(result.headVersion)), ("models", .array(result.models.map(\.json))),
                ]).text)
        } else {
            print("registry head \(result.headVersion)\n\n\(ServedModel.table(result.models))")
        }
    }
}

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Prints changes of what the server holds as they happen, until Ctrl-C.",
        discussion: """
            EXAMPLES
              hearth watch
              hearth watch isolation_forest.stok_seviye --json
            """)

    @OptionGroup var options: ClientOptions

    @Argument(help: "A registered model; all when not given.")
    var model = ""

    func run() throws {
        try options.client().watch(model: model) { event in
            print(options.json ? event.json.text : event.text)
            // A pipe must see each event when it comes.
            fflush(nil)
        }
    }
}
