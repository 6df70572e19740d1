import Foundation
import Synchronization

/// A program of the package, run to its end.
struct ProgramRun {
    var status: Int32
    var output: String
    var errors: String

    /// Runs `name`, which lies beside the tests' own program.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path(name))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: nobody has to read while the program writes.
        let files = try ["output", "errors"].map { name in
            let file = folder.appending(path: name)
            _ = FileManager.default.createFile(atPath: file.path(), contents: nil)
            return (file, try FileHandle(forWritingTo: file))
        }
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        try process.run()
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = String(decoding: try Data(contentsOf: files[0].0), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: files[1].0), as: UTF8.self)
    }

    static func path(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// The output as JSON.
    func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
}

/// A hearthd that runs until the end of this value's life.
final class RunningServer {
    let socketPath: String
    private let process = Process()
    private let collected = CollectedText()

    /// What it has logged so far.
    var log: String { collected.text.withLock { $0 } }

    /// Starts it over a model directory and waits until it says that it serves.
    init(modelsDirectory: String, socketPath: String, registry: String? = nil, arguments: [String] = []) throws {
        self.socketPath = socketPath
        process.executableURL = URL(fileURLWithPath: ProgramRun.path("hearthd"))
        process.arguments =
            ["--models-dir", modelsDirectory, "--socket", socketPath] + (registry.map { ["--registry", $0] } ?? [])
            + arguments
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        try pipe.fileHandleForWriting.close()
        var text = ""
        while !text.contains("hearthd: serving") {
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { throw ServerDidNotStart(text: text) }
            text += String(decoding: data, as: UTF8.self)
        }
        collected.text.withLock { [text] in $0 = text }
        // What is not read would block the server at some time.
        pipe.fileHandleForReading.readabilityHandler = { [collected] handle in
            let more = String(decoding: handle.availableData, as: UTF8.self)
            collected.text.withLock { $0 += more }
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private final class CollectedText: Sendable {
        let text = Mutex("")
    }

    struct ServerDidNotStart: Error {
        var text: String
    }
}
