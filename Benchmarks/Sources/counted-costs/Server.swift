import Foundation
import HearthClient

/// A hearthd of our own with one isolation forest (100 trees, 8 columns) in production.
final class Server {
    static let model = "isolation_forest.eight"
    static let columnCount = 8

    let socketPath: String
    let process: Process

    /// Trains the model into `folder` once, for every server of a run.
    static func train(_ programs: Programs, in folder: String) throws {
        let columns = (0..<columnCount).map { "f\($0)" }.joined(separator: ",")
        var table = columns + "\n"
        var state: UInt64 = 1
        for _ in 0..<4000 {
            let row = (0..<columnCount).map { _ -> String in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return String(Double(state >> 40) / 1e6)
            }
            table += row.joined(separator: ",") + "\n"
        }
        try Data(table.utf8).write(to: URL(fileURLWithPath: "\(folder)/eight.csv"))
        try programs.run(
            "hearth-trainer",
            [
                "train", "isolation-forest", "--data", "\(folder)/eight.csv", "--series", "eight", "--columns", columns,
                "--seed", "1", "--models-dir", "\(folder)/models", "--promote",
            ])
    }

    /// Starts a server and waits until it answers. `command` runs it in another way than as it was built, e.g. under
    /// valgrind.
    init(
        _ programs: Programs, in folder: String, wait: String, environment: [String: String] = [:],
        command: [String] = []
    ) throws {
        socketPath = "\(folder)/\(wait.prefix(4))-\(UInt32.random(in: 0...9999)).sock"
        let arguments = ["--socket", socketPath, "--models-dir", "\(folder)/models", "--wait", wait]
        if let first = command.first {
            process = try programs.start(
                first, command.dropFirst() + arguments, environment: environment)
        } else {
            process = try programs.start("hearthd", arguments, environment: environment)
        }
        let client = client()
        do {
            _ = try client.predict(
                model: Self.model, rows: Array(repeating: 0, count: Self.columnCount), timeout: .seconds(60))
        } catch {
            process.terminate()
            throw BenchmarkError("hearthd did not answer within 60 s: \(error)")
        }
    }

    func client(waiting: WaitPolicy = .block) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.waiting = waiting
        configuration.timeout = .seconds(10)
        return HearthClient(configuration)
    }

    /// Calls and system calls of the event loops so far.
    func counters() throws -> (calls: Int, systemCalls: Int) {
        let counters = try client().stats().counters
        func value(_ name: String) -> Int { Int(counters.first { $0.name == name }?.value ?? 0) }
        return (
            value("calls"), value("syscalls_wait") + value("syscalls_receive") + value("syscalls_send")
        )
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
