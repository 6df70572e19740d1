import Foundation
import HearthArtifacts

/// hearth-trainer, run to its end.
struct TrainerRun {
    var status: Int32
    var output: String
    var errors: String

    init(_ arguments: [String]) throws {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let process = Process()
        process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "hearth-trainer")
        process.arguments = arguments
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-trainer-\(UUID().uuidString)")
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

    /// The object that `--json` printed; empty when there is none.
    var members: [String: JSONValue] {
        if case .object(let members)? = JSONValue(text: output) { return members }
        return [:]
    }
}
