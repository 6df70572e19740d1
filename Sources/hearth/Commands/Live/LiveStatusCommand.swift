import ArgumentParser
import HearthArtifacts
import HearthConfiguration
import HearthStrategy

/// Where a running engine's own socket is.
struct ControlOptions: ParsableArguments {
    @Option(help: ArgumentHelp("config/system.yml, for live.snapshot_socket.", valueName: "file"))
    var config: String?

    @Option(help: "The engine's own socket, as `hearth live --control` was given it.")
    var control: String?

    func client() throws -> ControlClient {
        let loaded = try SystemConfiguration.load(path: config, environment: CommandEnvironment.text)
        guard let path = control ?? loaded.configuration.live.snapshotSocket else {
            throw ValidationError("give --control, or a --config with live.snapshot_socket")
        }
        return ControlClient(path: path)
    }

    /// Sends a word and returns the line that answers.
    func line(_ word: String) throws -> String {
        var answer: String?
        try client().ask(word) {
            answer = $0
            return false
        }
        guard let answer else { throw DataError("the engine closed without an answer: it is stopping") }
        return answer
    }
}

struct LiveStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Prints the state of a running engine, with used_model_id (R158).")

    @OptionGroup var options: ControlOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        let line = try options.line("status")
        print(json ? line : try LiveStatusText(line).text)
    }
}

struct LiveFollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Prints the state of a running engine at every bar, one line of JSON each.")

    @OptionGroup var options: ControlOptions

    @Option(help: "Lines to print at most.")
    var limit: Int?

    func run() throws {
        var left = limit ?? .max
        try options.client().ask("follow") { line in
            print(line)
            left -= 1
            return left > 0
        }
    }
}

struct LiveHaltCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt", abstract: "Halts a running engine: flat from the next bar's open until resume.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        print(try LiveStatusText(try options.line("halt")).state)
    }
}

struct LiveResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets a halted engine go on, and removes its halt file.",
        discussion: "The drawdown is measured from here on. What still holds halts it again at the next bar.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        print(try LiveStatusText(try options.line("resume")).state)
    }
}

/// A snapshot as text.
struct LiveStatusText {
    private let members: [String: JSONValue]

    /// Reads a line of the engine's socket.
    init(_ line: String) throws {
        guard case .object(let members)? = JSONValue(text: line), members["format"] != nil else {
            throw DataError("this is no state of an engine: \(line.prefix(200))")
        }
        self.members = members
    }

    /// `halted: operator_halt`.
    var state: String {
        guard case .array(let reasons)? = members["reasons"], !reasons.isEmpty else { return value("state") }
        return "\(value("state")): \(reasons.map(Self.text).joined(separator: ", "))"
    }

    var text: String {
        let keys = [
            "symbol", "timeframe", "feed", "used_model_id", "generation", "model_trained_to", "model_archived",
            "last_bar", "last_close", "decision", "position", "equity", "drawdown", "fills", "signals", "answered",
            "refused_lines", "missing_bars", "model_switches", "errors_in_row", "problem", "at",
        ]
        var lines = [("state", state)] + keys.map { ($0, value($0)) }
        if case .object(let latency)? = members["latency_us"] {
            lines.append(
                (
                    "latency_us",
                    ["p50", "p99", "max"].map { "\($0) \(Self.text(latency[$0] ?? .null))" }.joined(separator: ", ")
                ))
        }
        return lines.map { $0 + String(repeating: " ", count: 18 - $0.count) + $1 }.joined(separator: "\n")
    }

    private func value(_ key: String) -> String { Self.text(members[key] ?? .null) }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null, .array, .object: "-"
        case .bool(let flag): flag ? "yes" : "no"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .string(let text): text
        }
    }
}
