import Foundation
import HearthArtifacts
import HearthClient
import HearthCore
import HearthModel
import HearthObjectStore
import HearthTestSupport
import Synchronization
import Testing

/// Versions between machines, by way of a real server that speaks S3 and checks signatures (R122).
@Suite(.serialized) struct PushPullTests {
    private let storage: StoreServer
    private let prefix = StoreServer.prefix()
    private let shelf: ModelShelf
    private let bucket: S3ArtifactStore

    init() throws {
        storage = try StoreServer.shared()
        shelf = try ModelShelf()
        bucket = try storage.store(prefix)
    }

    private static let row = [0.1, -0.5, 1.5, 0.25]

    private func publish(_ seed: UInt64, series: String = "s", trees: Int = 20) throws -> (id: ModelID, bits: UInt64) {
        let definition = SampleModels.isolationForest(seed: seed, trees: trees)
        let id = try shelf.publish(definition, series: series, promotes: true)
        return (id, try ModelShelf.expected(definition, rows: Self.row)[0].bitPattern)
    }

    private func emptyDirectory(_ limits: ArtifactLimits = ArtifactLimits()) throws -> (TemporaryFolder, ModelDirectory)
    {
        let folder = try TemporaryFolder()
        return (folder, try ModelDirectory(folder.file("models"), create: true, limits: limits))
    }

    /// What lies in a model directory besides its own empty folders.
    private func remains(_ directory: ModelDirectory) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.path).filter { ![".staging"].contains($0) }
    }

    @Test func `R122: a server with an empty folder fetches what another machine published and answers with its bits`()
        throws
    {
        let (id, bits) = try publish(1)
        try bucket.receive(id, from: shelf.directory)
        #expect(try bucket.ids() == [id])
        let machine = try Machine(registry: shelf.store, remote: bucket)
        #expect(try machine.score("isolation_forest.s", Self.row) == bits)
        #expect(try machine.directory.ids() == [id])
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(shelf.directory.path)/\(id)") {
            let path = "\(id)/\(name)"
            #expect(
                FileManager.default.contentsEqual(
                    atPath: "\(shelf.directory.path)/\(path)", andPath: "\(machine.directory.path)/\(path)"))
        }
        // From then on it is local: nothing of the bucket is needed.
        try bucket.remove(id)
        let later = try Machine(registry: shelf.store, remote: machine.directory)
        #expect(try later.score("isolation_forest.s", Self.row) == bits)
    }

    @Test func `R116, R122: a version that is compressed at rest stays so on the way, and answers with the same bits`()
        throws
    {
        let definition = SampleModels.isolationForest(seed: 4)
        let id = try shelf.publish(definition, series: "s", promotes: true, isCompressed: true)
        try bucket.receive(id, from: shelf.directory)
        #expect(try storage.keys(below: "\(prefix)/\(id)/").contains("\(prefix)/\(id)/model.hearth.gz"))
        let machine = try Machine(registry: shelf.store, remote: bucket)
        let expected = try ModelShelf.expected(definition, rows: Self.row)[0].bitPattern
        #expect(try machine.score("isolation_forest.s", Self.row) == expected)
    }

    @Test func `R122: a version is pushed before it is registered, and the one that is not registered is taken back`()
        throws
    {
        struct Refused: Error {}
        let (source, _) = try publish(3)
        let opened = try shelf.directory.open(source)
        func version(_ id: String) throws -> NewVersion {
            NewVersion(
                modelID: try ModelID(id), name: try ModelName("isolation_forest.s"), key: opened.manifest.key,
                createdAt: .now(), trainedWith: opened.manifest.trainedWith, schema: opened.manifest.schema,
                files: VersionFiles(model: opened.artifact.sections))
        }
        try shelf.directory.publish(version("taken"), to: bucket, verify: { _ in }) { published in
            let present = try bucket.ids()
            #expect(present == [published.modelID])
        }
        let refusal = #expect(throws: ArtifactError.self) {
            try shelf.directory.publish(version("refused"), to: bucket, verify: { _ in }) { _ in throw Refused() }
        }
        #expect(refusal?.code == .commitFailed)
        #expect(try bucket.ids().map(\.text) == ["taken"])
        #expect(try storage.keys(below: "\(prefix)/refused/").isEmpty)
        let silent = try ScriptedServer([])
        silent.stop()
        let away = try silent.store()
        let outage = #expect(throws: ArtifactError.self) {
            try shelf.directory.publish(version("away"), to: away, verify: { _ in }) { _ in
                Issue.record("registered what nobody can fetch")
            }
        }
        #expect(outage?.code == .unavailable)
        #expect(try shelf.directory.ids().map(\.text).contains("away") == false)
    }

    @Test func `R122: of two publishers of one id one wins, and the other is told`() throws {
        let shelves = try [ModelShelf(), ModelShelf()]
        let id = try ModelID("contested")
        var digests: [SHA256Digest] = []
        for (seed, shelf) in shelves.enumerated() {
            let definition = SampleModels.isolationForest(seed: UInt64(seed))
            let published = try shelf.directory.publish(
                NewVersion(
                    modelID: id, name: try ModelName("m"), key: Manifest.Key(modelType: "m"), createdAt: .now(),
                    trainedWith: Manifest.Library(name: "t", version: "1"),
                    schema: Manifest.Schema(columns: [], columnCount: 4),
                    files: VersionFiles(model: try ModelShelf.sections(of: definition))), verify: { _ in },
                commit: { _ in })
            digests.append(published.manifestDigest)
        }
        let outcomes = Mutex<[Int: ArtifactError.Code?]>([:])
        let threads = try shelves.enumerated().map { index, shelf in
            let store = try storage.store(prefix)
            return try SystemThread(name: "publisher") {
                var code: ArtifactError.Code?
                do throws(ArtifactError) { try store.receive(id, from: shelf.directory) } catch { code = error.code }
                outcomes.withLock { $0[index] = .some(code) }
            }
        }
        for thread in threads { thread.join() }
        let codes = outcomes.withLock { $0 }
        let winners = codes.filter { $0.value == nil }.map(\.key)
        try #require(winners.count == 1, "\(codes)")
        #expect(codes[1 - winners[0]] == .alreadyExists)
        let (folder, directory) = try emptyDirectory()
        defer { withExtendedLifetime(folder) {} }
        try directory.receive(id, from: bucket)
        #expect(try directory.manifest(of: id).digest == digests[winners[0]])
    }

    @Test func `R122: an interrupted push leaves no version, and the next one completes it`() throws {
        let (id, _) = try publish(5)
        for point in [TransferPoint.fileStored, .filesStored] {
            #expect(throws: ArtifactError.self) {
                try bucket.receive(id, from: shelf.directory, expecting: nil) { step throws(ArtifactError) in
                    if step == point {
                        throw ArtifactError(.system, path: "", "the end of the process", hint: "")
                    }
                }
            }
            #expect(try !storage.keys(below: prefix).isEmpty)
            #expect(try bucket.ids().isEmpty)
            let (folder, directory) = try emptyDirectory()
            defer { withExtendedLifetime(folder) {} }
            let missing = #expect(throws: ArtifactError.self) { try directory.receive(id, from: bucket) }
            #expect(missing?.code == .notFound)
            #expect(try remains(directory).isEmpty)
        }
        try bucket.receive(id, from: shelf.directory)
        #expect(try bucket.ids() == [id])
        // Once more changes nothing, and is no error.
        try bucket.receive(id, from: shelf.directory)
    }

    enum Damage: CaseIterable {
        case flippedBit, missingEnd, moreBytes, changedManifest, changedOriginal, missingOriginal

        var file: String {
            switch self {
            case .flippedBit, .missingEnd, .moreBytes: "model.hearth"
            case .changedManifest: "manifest.json"
            case .changedOriginal, .missingOriginal: "model.pkl"
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func `R122: a damaged object is an error with its name; nothing is placed, nothing quarantined`(
        _ damage: Damage
    ) throws {
        let id = try shelf.publish(
            SampleModels.isolationForest(seed: 7), series: "s", promotes: true,
            others: [VersionFile(name: "model.pkl", bytes: [UInt8](repeating: 7, count: 500))])
        try bucket.receive(id, from: shelf.directory)
        let key = "\(prefix)/\(id)/\(damage.file)"
        var bytes = try storage.bytes(of: key)
        switch damage {
        case .flippedBit, .changedManifest, .changedOriginal: bytes[bytes.count / 2] ^= 1
        case .missingEnd: bytes.removeLast(100)
        case .moreBytes: bytes.append(0)
        case .missingOriginal: break
        }
        try damage == .missingOriginal ? storage.delete(key) : storage.put(key, bytes)
        let machine = try Machine(registry: shelf.store, remote: bucket)
        let failure = #expect(throws: HearthError.self) { try machine.score("isolation_forest.s", Self.row) }
        #expect(failure?.code == (damage == .missingOriginal ? .notFound : .dataLoss))
        #expect(failure?.message.contains("s3://models/\(key)") == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("set aside") == false)
        #expect(try remains(machine.directory).isEmpty)
    }

    @Test func `R71, R122: a version that is damaged on this machine is fetched anew when the model is reloaded`()
        throws
    {
        let (id, bits) = try publish(8)
        try bucket.receive(id, from: shelf.directory)
        try shelf.damage(id)
        let machine = try Machine(registry: shelf.store, remote: bucket, directory: shelf.directory)
        let failure = #expect(throws: HearthError.self) { try machine.score("isolation_forest.s", Self.row) }
        #expect(failure?.code == .dataLoss)
        _ = try machine.client.reload(model: "isolation_forest.s")
        #expect(try machine.score("isolation_forest.s", Self.row) == bits)
    }

    @Test func `R68, R122: an object larger than the limit is refused by name before it is fetched`() throws {
        let (id, _) = try publish(9)
        try bucket.receive(id, from: shelf.directory)
        let limits = ArtifactLimits(fileByteCountMax: 2_000)
        let machine = try Machine(registry: shelf.store, remote: bucket, limits: limits)
        let failure = #expect(throws: HearthError.self) { try machine.score("isolation_forest.s", Self.row) }
        #expect(failure?.code == .resourceExhausted)
        #expect(failure?.message.contains("at most 2000 are allowed per file") == true, "\(failure?.message ?? "")")
        #expect(try remains(machine.directory).isEmpty)
        let narrow = try storage.store(StoreServer.prefix(), limits: limits)
        let refusal = #expect(throws: ArtifactError.self) { try narrow.receive(id, from: shelf.directory) }
        #expect(refusal?.code == .tooLarge)
    }

    @Test func `R69, R122: what would exceed the quota is not fetched`() throws {
        let (id, _) = try publish(10)
        try bucket.receive(id, from: shelf.directory)
        let (folder, directory) = try emptyDirectory(ArtifactLimits(totalByteCountMax: 5_000))
        defer { withExtendedLifetime(folder) {} }
        let refusal = #expect(throws: ArtifactError.self) { try directory.receive(id, from: bucket) }
        #expect(refusal?.code == .quotaExceeded)
        #expect(try remains(directory).isEmpty)
    }

    @Test func `R122: wrong credentials are said to be wrong, and which variable to look at`() throws {
        for (change, part) in [
            (["AWS_SECRET_ACCESS_KEY": "wrong"], "403 SignatureDoesNotMatch"),
            (["AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"], "403 InvalidAccessKeyId"),
        ] {
            let stranger = try storage.store(prefix, environment: change)
            let refusal = #expect(throws: ArtifactError.self) { try stranger.ids() }
            #expect(refusal?.code == .permissionDenied)
            #expect(refusal?.message.contains(part) == true, "\(refusal?.message ?? "")")
            #expect(refusal?.hint == "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        }
        let missing = #expect(throws: ArtifactError.self) {
            try storage.store(prefix, environment: ["AWS_SECRET_ACCESS_KEY": ""])
        }
        #expect(
            missing?.description == "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: no credentials for the object store "
                + "found; set both variables where this program is started")
    }

    @Test func `R122: a listing goes on beyond the thousand keys of a page`() throws {
        try storage.fill("\(prefix)/", count: 1_050, suffix: "/manifest.json")
        let (id, _) = try publish(11)
        try bucket.receive(id, from: shelf.directory)
        let ids = try bucket.ids()
        #expect(ids.count == 1_051)
        #expect(ids.first?.text == "fill-00000")
        #expect(ids.contains(id))
        #expect(Set(ids).count == ids.count)
    }

    @Test func `R122: keys that are no version of ours are passed over`() throws {
        let (id, _) = try publish(12)
        try bucket.receive(id, from: shelf.directory)
        for name in [
            "loose", "deep/er/manifest.json", ".hidden/manifest.json", "sp ace/manifest.json", "a+b/manifest.json",
            "%2e%2e/manifest.json", "ünïcode/manifest.json", "folder/", "nomanifest/model.hearth", "<x>&/manifest.json",
        ] {
            try storage.put("\(prefix)/\(name)", [1])
        }
        #expect(try bucket.ids() == [id])
    }

    @Test func `R122: a manifest that names files elsewhere places nothing`() throws {
        let (id, _) = try publish(13)
        try bucket.receive(id, from: shelf.directory)
        let key = "\(prefix)/\(id)/manifest.json"
        let text = String(decoding: try storage.bytes(of: key), as: UTF8.self)
        let evil = text.replacingOccurrences(of: "\"model.hearth\"", with: "\"../../evil\"")
        try #require(evil != text)
        try storage.put(key, Array(evil.utf8))
        let (folder, directory) = try emptyDirectory()
        let refusal = #expect(throws: ArtifactError.self) { try directory.receive(id, from: bucket) }
        #expect(refusal?.code == .invalidManifest)
        #expect(try remains(directory).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file("evil")))
    }

    @Test func `R122: a version that is removed is no longer there, nor are its files`() throws {
        let (id, _) = try publish(14)
        try bucket.receive(id, from: shelf.directory)
        try bucket.remove(id)
        #expect(try bucket.ids().isEmpty)
        #expect(try storage.keys(below: prefix).isEmpty)
        let missing = #expect(throws: ArtifactError.self) { try bucket.remove(id) }
        #expect(missing?.code == .notFound)
    }
}
