import Foundation
import HearthTestSupport
import Synchronization

extension ProgramRun {
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
