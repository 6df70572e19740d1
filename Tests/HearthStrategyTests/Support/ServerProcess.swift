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
        process.executableURL = URL(fileURLWithPath: ProgramRun.path("hearthd"))
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
}
