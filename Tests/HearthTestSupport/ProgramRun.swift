import Foundation

/// A program of the package, run to its end.
package struct ProgramRun {
    /// The exit status; negative for the signal that ended it.
    package var status: Int32
    /// What it wrote to standard output.
    package var output: String
    /// What it wrote to standard error.
    package var errors: String

    /// Runs `name`, which lies beside the tests' own program.
    package init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
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
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        try process.run()
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = String(decoding: try Data(contentsOf: files[0].0), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: files[1].0), as: UTF8.self)
    }

    /// Where a program of the package lies: beside the tests' own.
    package static func path(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
