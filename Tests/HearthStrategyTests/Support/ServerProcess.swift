import Foundation
import HearthArtifacts
import HearthClient
import HearthTestSupport

/// The real hearthd as a child, killed at the end of its life.
final class ServerProcess: Sendable {
    let socketPath: String
    private let process = Process()
    private let output: URL

    /// Starts it over a shelf and returns at once; clients wait for its socket.
    init(_ shelf: TradingShelf) throws {
        socketPath = shelf.folder.file("hearth.sock")
        output = URL(fileURLWithPath: shelf.folder.file("hearthd-\(UUID().uuidString).log"))
        process.executableURL = URL(fileURLWithPath: Self.path("hearthd"))
        process.arguments = ["--models-dir", shelf.directory.path, "--socket", socketPath]
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        process.standardError = try FileHandle(forWritingTo: output)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    deinit { stop() }

    /// Kills it as a power cut would.
    func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func client() -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = .seconds(60)
        return HearthClient(configuration)
    }

    /// Beside the tests' own program.
    static func path(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}

/// A program of the package, run to its end.
struct ProgramResult {
    var status: Int32
    var output: String
    var errors: String

    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ServerProcess.path(name))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let files = try ["output", "errors"].map { name in
            _ = FileManager.default.createFile(atPath: folder.file(name), contents: nil)
            return try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0]
        process.standardError = files[1]
        try process.run()
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = try String(contentsOfFile: folder.file("output"), encoding: .utf8)
        errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
    }
}
