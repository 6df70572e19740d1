import Foundation
import HearthConfiguration

/// The files of the repository that describe the configuration.
enum ExampleFile {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let path = root.appending(path: "config/system.yml").path
    static let page = root.appending(path: "Sources/HearthConfiguration/HearthConfiguration.docc/Configuration.md")

    static func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}
