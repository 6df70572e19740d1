import Foundation
import HearthTestSupport

/// Runs `hearth-publish-crash`, which lies beside the test program.
enum HelperProcess {
    struct Outcome {
        /// Nil when the process ended by itself.
        var signal: Int32?
        var lines: [String]

        var last: String { lines.last ?? "" }

        /// The numbers of the line that starts with `word`.
        func numbers(_ word: String) -> [Int] {
            lines.first { $0.hasPrefix("\(word) ") }?.split(separator: " ").compactMap { Int($0) } ?? []
        }
    }

    static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    static func run(_ arguments: [String]) throws -> Outcome {
        let process = Process()
        let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(fileURLWithPath: folder).deletingLastPathComponent()
            .appendingPathComponent("hearth-publish-crash")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(
            signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil,
            lines: text.split(separator: "\n").map(String.init))
    }

    static var isRoot: Bool { getuid() == 0 }
}
