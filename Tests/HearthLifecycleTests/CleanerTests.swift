import Foundation
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthModel
import HearthRegistry
import HearthTestSupport
import Testing

/// Clean-ups of a real model directory with its registry.
@Suite struct CleanerTests {
    private static let series = "stok_seviye"

    private func shelf(versions count: Int) throws -> (shelf: ModelShelf, ids: [ModelID]) {
        let shelf = try ModelShelf()
        let ids = try (0..<count).map {
            try shelf.publish(SampleModels.isolationForest(seed: UInt64($0)), series: Self.series)
        }
        return (shelf, ids)
    }

    private func clean(
        _ shelf: ModelShelf, _ policy: RetentionPolicy, now: Timestamp = .now(),
        faults: (Cleaner.FaultPoint) -> Void = { _ in }
    ) throws -> (plan: RetentionPlan, report: Cleaner.Report) {
        let cleaner = Cleaner(store: shelf.store, directory: shelf.directory)
        let survey = try cleaner.survey(now: now)
        let plan = RetentionPlan(survey.retention, policy)
        return (plan, cleaner.run(plan, survey, actor: "test", now: now, faults: faults))
    }

    private func folders(_ shelf: ModelShelf) throws -> Set<ModelID> { Set(try shelf.directory.list().map(\.id)) }

    @Test func `R10, R80: files go, rows stay as history, and the rest still loads`() throws {
        let (shelf, ids) = try shelf(versions: 5)
        try shelf.promote(ids[0], series: Self.series)
        let (_, report) = try clean(shelf, RetentionPolicy(keepVersions: 2))
        #expect(Set(report.done.map(\.modelID)) == [ids[1], ids[2]])
        #expect(report.failures.isEmpty)
        #expect(report.freedByteCount > 0)
        #expect(try folders(shelf) == [ids[0], ids[3], ids[4]])
        #expect(try shelf.store.version(ids[1])?.path == nil)
        #expect(try shelf.store.version(ids[1])?.status == .success)
        #expect(try shelf.store.events(after: 0, limit: 100).filter { $0.kind == .removed }.count == 2)
        let findings = try RegistryValidator(store: shelf.store, directory: shelf.directory).validate()
        #expect(findings.count == 3 && findings.allSatisfy(\.problems.isEmpty))
        // Again: nothing to do.
        #expect(try clean(shelf, RetentionPolicy(keepVersions: 2)).plan.items.isEmpty)
    }

    @Test func `a version that is promoted between the look and the deed stays`() throws {
        let (shelf, ids) = try shelf(versions: 2)
        let cleaner = Cleaner(store: shelf.store, directory: shelf.directory)
        let survey = try cleaner.survey()
        let plan = RetentionPlan(survey.retention, RetentionPolicy(keepVersions: 1))
        #expect(plan.items.map(\.modelID) == [ids[0]])
        try shelf.promote(ids[0], series: Self.series)
        let report = cleaner.run(plan, survey, actor: "test")
        #expect(report.done.isEmpty)
        #expect(report.failures.first?.reason.contains("is the production version") == true)
        #expect(try folders(shelf) == Set(ids))
    }

    @Test func `C15 a version that a server holds is shown and stays, also when it was taken after the look`() throws {
        let (shelf, ids) = try shelf(versions: 4)
        let now = Timestamp.now()
        let until = Timestamp(microseconds: now.microseconds + 120_000_000)
        try shelf.store.renewLeases(holder: "machine:1", modelIDs: [ids[0]], until: until)
        let cleaner = Cleaner(store: shelf.store, directory: shelf.directory)
        let survey = try cleaner.survey()
        let plan = RetentionPlan(survey.retention, RetentionPolicy(keepVersions: 1))
        #expect(plan.protected.map(\.modelID) == [ids[0]] && plan.protected.map(\.protection) == [.leased])
        #expect(Set(plan.items.map(\.modelID)) == [ids[1], ids[2]])
        try shelf.store.renewLeases(holder: "machine:2", modelIDs: [ids[1]], until: until)
        let report = cleaner.run(plan, survey, actor: "test")
        #expect(report.done.map(\.modelID) == [ids[2]])
        #expect(report.failures.first?.reason.contains("is held by a server") == true, "\(report.failures)")
        #expect(try folders(shelf) == [ids[0], ids[1], ids[3]])
        // The servers have ended.
        for holder in ["machine:1", "machine:2"] {
            try shelf.store.renewLeases(holder: holder, modelIDs: [], until: until)
        }
        #expect(try clean(shelf, RetentionPolicy(keepVersions: 1)).report.done.count == 2)
        #expect(try folders(shelf) == [ids[3]])
    }

    @Test func `R160: a row whose folder was deleted by hand goes; a production one is shown`() throws {
        let (shelf, ids) = try shelf(versions: 3)
        try shelf.promote(ids[2], series: Self.series)
        for id in [ids[1], ids[2]] {
            try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(id)")
        }
        let (plan, report) = try clean(shelf, RetentionPolicy())
        #expect(report.done.map(\.action) == [.dropRow])
        #expect(plan.protected.map(\.isMissing) == [true])
        #expect(try shelf.store.version(ids[1]) == nil)
        #expect(try shelf.store.version(ids[2])?.status == .production)
    }

    @Test func `a complete folder without a row is left at first, and removed when asked`() throws {
        let (shelf, ids) = try shelf(versions: 2)
        try shelf.store.remove(ids[0], dropsRow: true, actor: "test", reason: "")
        let later = Timestamp(microseconds: Timestamp.now().microseconds + 3_600_000_000)
        #expect(try clean(shelf, RetentionPolicy(), now: later).plan.orphans == [ids[0]])
        #expect(try folders(shelf).count == 2)
        // Within the first minute it may be one that is being registered.
        var policy = RetentionPolicy()
        policy.removesOrphans = true
        #expect(try clean(shelf, policy).plan.items.isEmpty)
        #expect(try clean(shelf, policy, now: later).report.done.map(\.modelID) == [ids[0]])
        #expect(try folders(shelf) == [ids[1]])
    }

    @Test func `R25, R161: validation tells what is wrong with each version, and changes nothing`() throws {
        let (shelf, ids) = try shelf(versions: 3)
        try shelf.damage(ids[0])
        try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(ids[1])/manifest.json")
        let findings = try RegistryValidator(store: shelf.store, directory: shelf.directory).validate()
        let problems = Dictionary(uniqueKeysWithValues: findings.map { ($0.modelID, $0.problems) })
        #expect(problems[ids[0]]?.first?.contains("model.hearth: SHA-256") == true)
        #expect(problems[ids[1]]?.first?.contains("has no manifest.json") == true)
        #expect(problems[ids[2]]?.isEmpty == true)
        #expect(try folders(shelf) == Set(ids))
    }
}
