import Foundation
import HearthArtifacts
import HearthCore
import HearthTestSupport
import Testing

/// A process that publishes is killed (SIGKILL) after each step.
struct PublishCrashTests {
    let folder: TemporaryFolder
    let root: String
    let registry: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.file("ml_models")
        registry = folder.file("registry")
    }

    @Test(arguments: FaultPoint.allCases)
    func `a kill after any step leaves nothing visible or a complete version`(point: FaultPoint) throws {
        let id = try ModelID("crashed_1")
        let outcome = try HelperProcess.run("publish", root, id.text, registry, "--kill", point.rawValue)
        #expect(outcome.signal == SIGKILL, "\(outcome.lines)")

        let directory = try ModelDirectory(root)
        #expect(try directory.list().map(\.id) == (point.leavesVersion ? [id] : []))
        if point.leavesVersion { #expect(try directory.open(id).artifact.fileByteCount > 5000) }
        let known = try knownIDs()
        #expect(known == (point == .committed || point == .announced ? [id] : []))

        let survey = try directory.survey()
        // Fresh leftovers are left alone for the time of grace.
        let early = Janitor.plan(survey, knownIDs: known, now: .now())
        #expect(early == [])
        let actions = Janitor.plan(survey, knownIDs: known, now: .now(), grace: .zero)
        let report = Janitor.run(actions, in: directory)
        #expect(report.failures.isEmpty && report.damaged.isEmpty && report.missing.isEmpty)
        #expect(report.removedStaging.count == (point.leavesVersion ? 0 : 1))
        #expect(report.orphans.map(\.modelID) == (point.leavesVersion && known.isEmpty ? [id] : []))
        #expect(names("\(root)/.staging") == [] && names("\(root)/.trash") == [])

        // Adopting an orphan needs nothing but its manifest; here it is removed, and the same id published again.
        for orphan in report.orphans {
            #expect(orphan.manifest.name.text == "z_score.stok_seviye")
            #expect(orphan.manifestDigest == (try directory.manifest(of: id).digest))
            try directory.remove(orphan.modelID)
        }
        let again = try HelperProcess.run("publish", root, known.isEmpty ? id.text : "crashed_2", registry)
        #expect(again.last == "ok", "\(again.lines)")
        #expect(try directory.list().count == (known.isEmpty ? 1 : 2))
        #expect(Janitor.plan(try directory.survey(), knownIDs: try knownIDs(), now: .now(), grace: .zero) == [])
    }

    @Test func `a publisher at work is left alone at any age`() throws {
        let directory = try ModelDirectory(root, create: true)
        let version = try Sample.version()
        var looked = 0
        try directory.publish(
            version, verify: { _ in },
            commit: { _ in
                let later = Timestamp(microseconds: Timestamp.now().microseconds + 1_000_000_000_000)
                let survey = try directory.survey()
                #expect(Janitor.plan(survey, knownIDs: [], now: later, grace: .zero) == [])
                looked += 1
            },
            faults: { point in
                guard point == .artifactWritten else { return }
                let survey = try? directory.survey()
                #expect(survey?.staging.map(\.writer) == [.atWork])
                looked += 1
            })
        #expect(looked == 2)
        #expect(try directory.survey().folders.map(\.writer) == [.gone])
    }

    /// Loads and failed loads give back every descriptor and page (R31).
    @Test func `a thousand loads leak neither descriptors nor memory`() throws {
        #expect(try HelperProcess.run("publish", root, "a_1", registry, "--bytes", "3000000").last == "ok")
        let outcome = try HelperProcess.run("cycle", root, "a_1", "1000")
        try #require(outcome.last == "ok", "\(outcome.lines)")
        let descriptors = outcome.numbers("descriptors")
        #expect(descriptors.count == 2 && descriptors[0] == descriptors[1], "\(outcome.lines)")
        let mappings = outcome.numbers("mapped")
        #expect(mappings.count == 2 && mappings[1] < mappings[0] + 100, "\(outcome.lines)")
        // The whole growth is less than one of the thousand files: under 1 KiB a load.
        let resident = outcome.numbers("resident")
        #expect(resident.count == 2 && resident[0] > 0 && resident[1] - resident[0] < 1000, "\(outcome.lines)")
    }

    @Test func `R88: a file of 10 MB takes less than 50 MB of memory, little more than itself`() throws {
        #expect(try HelperProcess.run("publish", root, "a_1", registry, "--bytes", "9990000").last == "ok")
        let outcome = try HelperProcess.run("open", root, "a_1")
        try #require(outcome.last == "ok", "\(outcome.lines)")
        let resident = outcome.numbers("resident")
        try #require(resident.count == 2, "\(outcome.lines)")
        let growthKiB = resident[1] - resident[0]
        #expect((9000...20_000).contains(growthKiB), "\(outcome.lines)")
    }

    private func knownIDs() throws -> Set<ModelID> {
        guard let text = try? contents(registry) else { return [] }
        return Set(try String(decoding: text, as: UTF8.self).split(separator: "\n").map { try ModelID(String($0)) })
    }
}
