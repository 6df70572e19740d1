import Foundation
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Logging
import Testing

/// A disk that is full, with the registry on it.
@Suite struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.isPossible, "needs root, and leave to mount a small tmpfs"))
    func `R72, R102: on a full disk a clean-up that keeps one makes room for the next version`() throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(folder.file("models"), byteCount: 4 << 20)
        let shelf = try ModelShelf(folder: folder)
        let series = "stok_seviye"
        func publish(_ seed: UInt64) throws -> ModelID {
            try shelf.publish(SampleModels.isolationForest(seed: seed, trees: 150), series: series)
        }
        let ids = try (0..<5).map { try publish($0) }
        try shelf.promote(ids[0], series: series)
        _ = try disk.fill()
        #expect(try shelf.directory.diskSpace().warning == "⚠️ Disk usage 100% (threshold: 90%)")
        let error = #expect(throws: ArtifactError.self) { try publish(9) }
        #expect(error?.code == .diskFull && error?.hint.contains("hearth clean") == true, "\(error as Any)")

        let cleaner = Cleaner(store: shelf.store, directory: shelf.directory)
        let survey = try cleaner.survey()
        let report = cleaner.run(
            RetentionPlan(survey.retention, RetentionPolicy(keepVersions: 1)), survey, actor: "test")
        #expect(report.failures.isEmpty, "\(report.failures)")
        #expect(Set(report.done.map(\.modelID)) == Set(ids[1...3]))

        #expect(try ids.map { try shelf.store.version($0)?.path != nil } == [true, false, false, false, true])

        let newest = try publish(9)
        let loader = ArtifactLoader(
            directory: shelf.directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for id in [ids[0], ids[4], newest] {
            #expect(try loader.load(try #require(try shelf.store.version(id))).modelID == id)
        }
    }
}
