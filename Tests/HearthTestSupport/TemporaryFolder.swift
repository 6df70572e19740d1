import Foundation

/// A folder of its own for one test, removed with everything in it at the end of its life.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = "/tmp/hearth-test-\(UUID().uuidString.prefix(12))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }
}
