import ArgumentParser
import Foundation
import HearthClient

/// Counts what one warm Predict costs, prints it, and ends with status 1 when a limit is passed.
@main
struct CountedCosts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counted-costs", abstract: "Counts what one Predict costs and holds limits against it.")

    @Option(help: "The folder with the built programs.")
    var programs = "../.build/release"

    @Option(help: "libCallCounter.so; beside this program when not given.")
    var counter: String?

    @Flag(help: "Leave out the instruction counts, which need valgrind and take a minute.")
    var quick = false

    @Option(help: .hidden)
    var callerSocket: String?
    @Option(help: .hidden)
    var calls = 0

    func run() throws {
        if let callerSocket { return try call(callerSocket) }
        let folder = FileManager.default.temporaryDirectory.path + "/hearth-counts-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let programs = Programs(folder: URL(fileURLWithPath: programs).path)
        try Server.train(programs, in: folder)
        let run = CountRun(programs: programs, folder: folder, counter: counter ?? Self.besideThis)
        var costs = try run.memory()
        costs += try run.grpcMemory()
        costs += try run.systemCalls()
        if !quick {
            costs += try run.instructions()
            costs += try run.grpcInstructions()
            costs += try run.loadInstructions()
        }
        if !GRPCLoad.isInstalled { print("gRPC lane not counted: no h2load here (apt-get install nghttp2-client)") }
        print(Cost.table(costs))
        let broken = costs.filter(\.isOverLimit)
        guard broken.isEmpty else {
            throw BenchmarkError("over the limit: \(broken.map(\.name).joined(separator: ", "))")
        }
    }

    private static var besideThis: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
            + "/libCallCounter.so"
    }

    /// The other side of the counts of the client: this program once more, as a caller and nothing else.
    private func call(_ socket: String) throws {
        var configuration = HearthClient.Configuration(socketPath: socket)
        configuration.waiting = .block
        configuration.timeout = .seconds(30)
        let predictor = HearthClient(configuration).predictor(for: Server.model)
        let row = (0..<Server.columnCount).map { Double($0) }
        for _ in 0..<500 { _ = try predictor.predict(row) }
        let counts = ProcessInfo.processInfo.environment["HEARTH_COUNTS"].map(CountFile.init)
        let name = "counted-costs".prefix(15)
        _ = try counts?.counts(ofThreads: String(name), in: getpid())
        let before = try counts?.counts(ofThreads: String(name), in: getpid())
        for _ in 0..<calls { _ = try predictor.predict(row) }
        // Reading the counts allocates; what that costs is measured the same way and taken off.
        let after = try counts?.counts(ofThreads: String(name), in: getpid())
        let again = try counts?.counts(ofThreads: String(name), in: getpid())
        guard let before, let after, let again else { return }
        let reading = again - after
        let made = after - before
        print("\(made.allocations - reading.allocations) \(made.copiedBytes - reading.copiedBytes)")
    }
}
