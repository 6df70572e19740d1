import Foundation
import HearthArtifacts
import HearthModel

/// What a test asks of an artifact: whether it is read, and what it holds.
func readArtifact(_ bytes: [UInt8]) throws(ArtifactError) -> MappedArtifact {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
        try unsafe MappedArtifact(copying: UnsafeRawBufferPointer(buffer))
    }
}

/// The error that `body` throws; nil when it throws none.
func artifactError<Value>(_ body: () throws(ArtifactError) -> Value) -> ArtifactError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

extension MappedArtifact {
    func bytes(of id: SectionID) -> [UInt8]? {
        guard let section = unsafe section(id) else { return nil }
        return unsafe Array(section)
    }
}

/// Permission bits of a path.
func permissions(_ path: String) throws -> Int {
    try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue ?? -1
}

func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Names of a folder, sorted; empty when there is none.
func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
}
