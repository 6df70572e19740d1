import Foundation
import HearthArtifacts
import HearthCore
import HearthModel
import HearthTestSupport
import Synchronization
import Testing

struct PublishTests {
    let folder: TemporaryFolder
    let directory: ModelDirectory
    let id: ModelID

    init() throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(folder.file("ml_models"), create: true)
        id = try Sample.version().modelID
    }

    private struct Refusal: Error, Equatable {}

    @Test func `the steps come in the documented order`() throws {
        var points: [FaultPoint] = []
        var known = false
        try directory.publish(
            try Sample.version(),
            verify: { artifact in
                #expect(artifact.bytes(of: SectionID("HEAD")) == Array("head".utf8))
                #expect(names(directory.path) == [".staging"])
            },
            commit: { published in
                #expect(published.path == id.text)
                let opened = try directory.open(id)
                #expect(opened.manifestDigest == published.manifestDigest)
                known = true
            },
            faults: { point in
                points.append(point)
                #expect(names(directory.path).contains(id.text) == point.leavesVersion, "\(point)")
                #expect(known == (point == .committed || point == .announced))
            })
        #expect(points == FaultPoint.allCases)
        #expect(names("\(directory.path)/.staging") == [])
    }

    @Test func `R128, R130, R131, R132: all files of a version are there, listed with their digests`() throws {
        var version = try Sample.version(others: [try VersionFile(name: "model.pkl", bytes: [1, 2, 3])])
        version.files.metricsCSV = Array("metric,value\n".utf8)
        version.files.featureImportancesCSV = Array("feature,importance\n".utf8)
        let published = try directory.publish(version)
        let path = "\(directory.path)/\(id)"
        #expect(
            names(path) == [
                "feature_importances.csv", "manifest.json", "meta.json", "metrics.csv", "model.hearth", "model.pkl",
            ])
        for file in published.manifest.files {
            let bytes = try contents("\(path)/\(file.name)")
            #expect(file.byteCount == bytes.count)
            #expect(file.digest == (try SHA256Hasher.digest(of: bytes, subject: file.name)))
        }
        let sizes = try names(path).map { try contents("\(path)/\($0)").count }
        #expect(published.byteCount == sizes.reduce(0, +))
        #expect(
            published.manifestDigest
                == (try SHA256Hasher.digest(of: try contents("\(path)/manifest.json"), subject: "manifest.json")))
    }

    @Test func `the digests are those of sha256sum`() throws {
        #expect(
            try SHA256Hasher.digest(of: Array("abc".utf8), subject: "abc").description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `C10, C32: the same id is refused and the first version stays`() throws {
        let first = try directory.publish(try Sample.version())
        let error = try #require(
            artifactError { () throws(ArtifactError) in
                try directory.publish(secondVersion)
            })
        #expect(error.code == .alreadyExists)
        #expect(error.hint.contains("new model_id"))
        #expect(try directory.open(id).manifestDigest == first.manifestDigest)
        #expect(names("\(directory.path)/.staging") == [])
    }

    @Test func `an id that is taken while its second version is staged is refused`() throws {
        let error = artifactError { () throws(ArtifactError) in
            try directory.publish(
                secondVersion, verify: { _ in try directory.publish(secondVersion) }, commit: { _ in })
        }
        #expect(error?.code == .alreadyExists)
        #expect(try directory.list().map(\.id) == [id])
        #expect(names("\(directory.path)/.staging") == [])
    }

    @Test func `a version that verification refuses is not published`() throws {
        let error = try #require(
            artifactError { () throws(ArtifactError) in
                try directory.publish(
                    secondVersion, verify: { _ in throw Refusal() }, commit: { _ in Issue.record("committed") })
            })
        #expect(error.code == .verificationFailed)
        #expect(error.cause is Refusal)
        #expect(try directory.list().isEmpty)
        #expect(names("\(directory.path)/.staging") == [])
    }

    @Test func `a version that the registry refuses is taken away again`() throws {
        let error = try #require(
            artifactError { () throws(ArtifactError) in
                try directory.publish(secondVersion, verify: { _ in }, commit: { _ in throw Refusal() })
            })
        #expect(error.code == .commitFailed)
        #expect(error.cause is Refusal)
        #expect(try directory.list().isEmpty)
        #expect(names("\(directory.path)/.trash") == [])
        #expect(!names(directory.path).contains(ModelDirectory.changeFileName))
        try directory.publish(try Sample.version())
    }

    @Test func `a version whose registration is uncertain stays and becomes an orphan`() throws {
        let error = try #require(
            artifactError { () throws(ArtifactError) in
                try directory.publish(
                    secondVersion, verify: { _ in }, commit: { _ in throw UncertainCommit(cause: Refusal()) })
            })
        #expect(error.code == .commitUncertain)
        #expect(error.cause is Refusal)
        let actions = Janitor.plan(try directory.survey(), knownIDs: [], now: .now(), grace: .zero)
        #expect(actions == [.reportOrphan(id)])
    }

    @Test func `every publish changes the change file`() throws {
        try directory.publish(try Sample.version("a"))
        let path = "\(directory.path)/\(ModelDirectory.changeFileName)"
        let first = try contents(path)
        try directory.publish(try Sample.version("b"))
        #expect(try contents(path) != first)
    }

    @Test(arguments: ["README.md", "registry.sqlite-wal"])
    func `an id that names a file beside the versions is refused`(name: String) throws {
        let version = try Sample.version(name)
        #expect(artifactError { () throws(ArtifactError) in try directory.publish(version) }?.code == .invalidName)
    }

    @Test(arguments: ["", ".x", "a/b", "..", "manifest.json", "model.hearth", "meta.json", "a b", "é", "x\0"])
    func `a file name that leads elsewhere or is taken is refused`(name: String) {
        #expect(
            artifactError { () throws(ArtifactError) in try VersionFile(name: name, bytes: []) }?.code == .invalidName)
    }

    @Test func `two files of one name are refused`() throws {
        let version = try Sample.version(
            others: [try VersionFile(name: "x", bytes: []), try VersionFile(name: "x", bytes: [])])
        #expect(artifactError { () throws(ArtifactError) in try directory.publish(version) }?.code == .invalidName)
    }

    @Test func `C10: of many publishers of one id exactly one succeeds`() async throws {
        let directory = self.directory
        let outcomes = try await withThrowingTaskGroup(of: ArtifactError.Code?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let version = try Sample.version()
                    return artifactError { () throws(ArtifactError) in try directory.publish(version) }?.code
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 1)
        #expect(outcomes.filter { $0 == .alreadyExists }.count == 7)
        #expect(names("\(directory.path)/.staging") == [])
    }

    @Test func `R32: readers, publishers and listings at once see whole versions only`() async throws {
        let directory = self.directory
        let wholeByteCount = try HearthFile.encode(Sample.sections).count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for turn in 0..<10 {
                        let version = try Sample.version("w\(writer)_\(turn)")
                        try directory.publish(version)
                        if turn % 2 == 0 { try directory.remove(version.modelID) }
                    }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<40 {
                        for listed in try directory.list() {
                            let error = artifactError { () throws(ArtifactError) in
                                let opened = try directory.open(listed.id)
                                #expect(opened.artifact.fileByteCount == wholeByteCount)
                            }
                            // Deleted between the listing and the opening, or while it was opened.
                            let codes: [ArtifactError.Code?] = [nil, .notFound]
                            #expect(codes.contains(error?.code), "\(error.map(\.description) ?? "")")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try directory.list().count == 20)
    }

    private var secondVersion: NewVersion {
        get throws(ArtifactError) {
            do {
                return try Sample.version(sections: Sample.sections(byteCount: 10))
            } catch {
                throw ArtifactError(.invalidName, path: "", "\(error)", hint: "")
            }
        }
    }
}
