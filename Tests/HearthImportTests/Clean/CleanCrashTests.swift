import Foundation
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry
import HearthTestSupport
import Testing

/// `hearth clean --yes`, killed at each of its steps (C15).
@Suite struct CleanCrashTests {
    private static let series = "stok_seviye"

    private func run(_ shelf: ModelShelf, _ point: String?) throws -> ProgramRun {
        try ProgramRun(
            "hearth", ["clean", "--keep", "1", "--yes", "--json", "--models-dir", shelf.directory.path],
            environment: point.map { ["HEARTH_FAULT_POINT": $0] } ?? [:])
    }

    /// What must hold after every run, also one that was killed.
    private func check(_ shelf: ModelShelf, protected: Set<ModelID>) throws {
        let folders = Set(try shelf.directory.list().map(\.id))
        #expect(protected.isSubset(of: folders), "no file of a protected version is lost")
        let findings = try RegistryValidator(store: shelf.store, directory: shelf.directory).validate()
        let problems = findings.flatMap(\.problems)
        #expect(problems.isEmpty, "no row names what is not there whole")
        for pointer in try shelf.store.productionSnapshot().pointers {
            #expect(try shelf.directory.open(pointer.modelID).manifest.modelID == pointer.modelID)
            #expect(try shelf.store.version(pointer.modelID)?.path != nil)
        }
    }

    /// At the first, second and third removal where a step comes once for each.
    private static let points = Cleaner.FaultPoint.allCases.flatMap { point in
        switch point {
        case .surveyed, .tidied: [point.rawValue]
        case .rowRemoved, .folderRemoved: (1...3).map { "\(point.rawValue):\($0)" }
        }
    }

    @Test(arguments: points)
    func `C15 R160 a clean-up that is killed at any step loses no file, and the next one ends it`(
        point: String
    ) throws {
        let shelf = try ModelShelf()
        let ids = try (0..<7).map {
            try shelf.publish(SampleModels.isolationForest(seed: UInt64($0), trees: 2), series: Self.series)
        }
        // Rollback target, production, pinned; the newest of the others stays as well.
        try shelf.promote(ids[0], series: Self.series)
        try shelf.promote(ids[1], series: Self.series)
        try shelf.store.setPinned(ids[2], true, actor: "test", reason: "")
        let protected: Set<ModelID> = [ids[0], ids[1], ids[2], ids[6]]
        let killed = try run(shelf, point)
        #expect(killed.status == -SIGKILL, "\(killed)")
        try check(shelf, protected: protected)
        let again = try run(shelf, nil)
        #expect(again.status == 0, "\(again)")
        try check(shelf, protected: protected)
        #expect(Set(try shelf.directory.list().map(\.id)) == protected, "the next run completed it")
        let rows = try shelf.store.versions(of: nil, limit: 10)
        #expect(rows.count == 7 && Set(rows.filter { $0.path != nil }.map(\.modelID)) == protected)
    }

    @Test func `an unknown fault point is refused before anything is removed`() throws {
        let shelf = try ModelShelf()
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1, trees: 2), series: Self.series)
        let refused = try run(shelf, "here")
        #expect(refused.status == 1 && refused.errors.contains("expected one of surveyed"), "\(refused)")
        #expect(try shelf.directory.list().map(\.id) == [id])
    }
}
