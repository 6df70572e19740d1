import Foundation
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthTestSupport
import Synchronization

/// The real program as a child of the test, killed at the end of its life if it still runs.
final class HearthdProcess: Sendable {
    let socketPath: String
    let pid: Int32
    private let process: Process
    private let output: LineCollector

    /// Starts the program and, when `isReady`, waits until it says that it serves.
    ///
    /// - Parameters:
    ///   - launcher: a command that runs the program with some limit, e.g. `["/usr/bin/prlimit", "--nofile=32"]`.
    ///   - standardInput: a descriptor that the program, or its launcher, gets as standard input.
    convenience init(
        shelf: ModelShelf, socketPath: String? = nil, arguments: [String] = [], launcher: [String] = [],
        standardInput: Int32? = nil, environment: [String: String] = [:], awaitsReady: Bool = true
    ) throws {
        let path = socketPath ?? shelf.folder.file("hearthd.sock")
        try self.init(
            arguments: ["--models-dir", shelf.directory.path, "--socket", path] + arguments, socketPath: path,
            launcher: launcher, standardInput: standardInput, environment: environment, awaitsReady: awaitsReady)
    }

    init(
        arguments: [String], socketPath: String, launcher: [String] = [], standardInput: Int32? = nil,
        environment: [String: String] = [:], awaitsReady: Bool = false
    ) throws {
        self.socketPath = socketPath
        let command = launcher + [Self.programPath] + arguments
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        if let standardInput { process.standardInput = FileHandle(fileDescriptor: standardInput) }
        try process.run()
        // Only the child writes: its end is the end of the text.
        try pipe.fileHandleForWriting.close()
        output = try LineCollector(pipe.fileHandleForReading)
        self.process = process
        pid = process.processIdentifier
        if awaitsReady, output.line(containing: "hearthd: serving") == nil {
            throw HearthError(.unavailable, "hearthd did not start: \(output.text)")
        }
    }

    deinit {
        guard process.isRunning else { return }
        kill(pid, SIGKILL)
        process.waitUntilExit()
    }

    /// Beside the test's own program.
    static var programPath: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("hearthd").path
    }

    func send(_ signal: Int32) {
        kill(pid, signal)
    }

    /// Waits for the end; the exit code, or minus the signal that ended it.
    func waitForExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Everything it has written until its end.
    var text: String { output.wholeText() }

    /// The first line with `part` in it, waited for; nil when the program ends without one.
    func line(containing part: String) -> String? { output.line(containing: part) }

    func client(timeout: Duration = .seconds(120)) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = timeout
        return HearthClient(configuration)
    }

    /// Processor time that the program has used, in seconds.
    var processorSeconds: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return .nan }
        // After the name: state is field 3, utime 14, stime 15.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// Lines of a pipe as they come, read by a thread of its own.
private final class LineCollector: Sendable {
    private struct State {
        var text = ""
        var isAtEnd = false
    }

    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) throws {
        _ = try SystemThread(name: "collector") { [self] in
            while true {
                let data = handle.availableData
                state.withLock { state in
                    state.text += String(decoding: data, as: UTF8.self)
                    state.isAtEnd = data.isEmpty
                }
                news.signal()
                if data.isEmpty { return }
            }
        }
    }

    var text: String { state.withLock { $0.text } }

    func wholeText() -> String {
        while !state.withLock({ $0.isAtEnd }) { news.wait() }
        news.signal()
        return text
    }

    func line(containing part: String) -> String? {
        while true {
            let (text, isAtEnd) = state.withLock { ($0.text, $0.isAtEnd) }
            let complete = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = complete.first(where: { $0.contains(part) }) { return String(line) }
            if isAtEnd { return nil }
            news.wait()
        }
    }
}
