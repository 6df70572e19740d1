import Foundation
import Glibc
import HearthArtifacts
import HearthCore
import HearthObjectStore
import Synchronization

/// A real S3-compatible server that checks signatures (moto, from PyPI), one for all tests of the program, and somebody
/// who changes what lies in its bucket.
///
/// `Tests/ObjectStore/serve` installs and starts it. It ends when this program does: its input is a pipe from here.
final class StoreServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private struct Facts: Decodable {
        var endpoint: String
        var key_id: String
        var secret: String
        var bucket: String
    }

    private struct Answer: Decodable {
        var keys: [String]?
        var base64: String?
    }

    let endpoint: String
    let keyID: String
    let secret: String
    let bucket: String
    private let input: FileHandle
    private let output: FileHandle
    /// One command at a time.
    private let turn = Mutex(())

    private static let started = Result { try StoreServer() }

    /// The server, started by the first who asks. Throws ``Failure`` when Python or the package index is not to be had.
    static func shared() throws -> StoreServer { try started.get() }

    private init() throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../ObjectStore/serve").standardizedFileURL
        let process = Process()
        process.executableURL = script
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try output.fileHandleForWriting.close()
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
        guard let line = Self.line(of: output.fileHandleForReading),
            let facts = try? JSONDecoder().decode(Facts.self, from: line)
        else { throw Failure(description: "\(script.path) did not start a server; run it by hand to see why") }
        endpoint = facts.endpoint
        keyID = facts.key_id
        secret = facts.secret
        bucket = facts.bucket
    }

    private static func line(of handle: FileHandle) -> Data? {
        var line = Data()
        while let byte = try? handle.read(upToCount: 1), let first = byte.first {
            if first == 0x0A { return line }
            line.append(first)
        }
        return nil
    }

    @discardableResult
    private func command(_ values: [String: Any]) throws -> Answer {
        let text = try JSONSerialization.data(withJSONObject: values)
        let line = turn.withLock { _ -> Data? in
            guard (try? input.write(contentsOf: text + [0x0A])) != nil else { return nil }
            return Self.line(of: output)
        }
        guard let line else { throw Failure(description: "the server has ended") }
        return try JSONDecoder().decode(Answer.self, from: line)
    }

    /// Stores an object over whatever is there.
    func put(_ key: String, _ bytes: [UInt8]) throws {
        try command(["put": key, "base64": Data(bytes).base64EncodedString()])
    }

    func delete(_ key: String) throws { try command(["delete": key]) }

    func keys(below prefix: String) throws -> [String] { try command(["keys": prefix]).keys ?? [] }

    func bytes(of key: String) throws -> [UInt8] {
        Array(Data(base64Encoded: try command(["get": key]).base64 ?? "") ?? Data())
    }

    /// Stores `count` empty objects `<prefix>fill-<number><suffix>`.
    func fill(_ prefix: String, count: Int, suffix: String) throws {
        try command(["fill": count, "prefix": prefix, "suffix": suffix])
    }

    /// The variables that a program on another machine would have.
    var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": "us-east-1",
        ]
    }

    /// The bucket, seen from one machine, below a prefix of its own.
    func store(
        _ prefix: String, limits: ArtifactLimits = ArtifactLimits(), environment changes: [String: String] = [:]
    ) throws -> S3ArtifactStore {
        let environment = environment.merging(changes) { _, new in new }
        return try S3ArtifactStore(
            S3Location("s3://\(bucket)/\(prefix)", environment: { environment[$0] }),
            credentials: S3Credentials(environment: { environment[$0] }), limits: limits,
            patience: StorePatience(attemptCount: 3, delayMilliseconds: 1))
    }

    /// A prefix that no other test uses.
    static func prefix() -> String { "test-\(UUID().uuidString.lowercased())" }
}
