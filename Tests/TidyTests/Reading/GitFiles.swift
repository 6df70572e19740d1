import Foundation

/// The files that git knows or would take: tracked, and new ones that are not ignored.
enum GitFiles {
    /// Their paths below `root`, those that still exist only.
    static func paths(_ root: URL) throws -> [String] {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        // A checkout of another owner (a container's mount) is read all the same.
        git.arguments = [
            "git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
        ]
        git.currentDirectoryURL = root
        let output = Pipe()
        git.standardOutput = output
        try git.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else {
            throw TidyError(message: "git ls-files failed with status \(git.terminationStatus) in \(root.path)")
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init)
            .filter { FileManager.default.fileExists(atPath: root.appending(path: $0).path) }
    }
}
