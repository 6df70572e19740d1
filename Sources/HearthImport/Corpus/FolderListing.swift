import Foundation

/// Files and folders by path, for the commands of people.
package enum FolderListing {
    /// The names in a folder, sorted. Throws ``VerifyError``.
    package static func names(in path: String) throws(VerifyError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw VerifyError("\(path): the folder cannot be read: \(error.localizedDescription)")
        }
    }

    /// The bytes of a file. Throws ``VerifyError``.
    package static func bytes(_ path: String) throws(VerifyError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw VerifyError("\(path): the file cannot be read: \(error.localizedDescription)")
        }
    }

    /// The path from the root, links as they stand.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }

    static func last(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func parent(_ path: String) -> String {
        guard let end = path.lastIndex(of: "/") else { return "." }
        return end == path.startIndex ? "/" : String(path[..<end])
    }
}
