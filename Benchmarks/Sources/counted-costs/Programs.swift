import Foundation

struct BenchmarkError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The built programs, started from outside.
struct Programs {
    /// Where `hearth`, `hearthd` and `hearth-trainer` are.
    let folder: String

    /// Runs a program to its end and returns what it printed.
    @discardableResult
    func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Data {
        let (process, output) = try launch(name, arguments, environment: environment, keepsOutput: true)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(name) \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return data
    }

    func start(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        try launch(name, arguments, environment: environment, keepsOutput: false).0
    }

    private func launch(
        _ name: String, _ arguments: [String], environment: [String: String], keepsOutput: Bool
    ) throws -> (Process, Pipe) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: name.contains("/") ? name : "\(folder)/\(name)")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "LD_PRELOAD" }
            .merging(environment) { _, new in new }
        process.standardOutput = keepsOutput ? output : FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, output)
    }
}
