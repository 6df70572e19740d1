import Foundation
import HearthArtifacts
import HearthCore
import HearthTestSupport
import Testing

/// What is to be done, decided without a disk.
struct JanitorTests {
    private let now = Timestamp(microseconds: 1_000_000_000_000)

    private func ago(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
    }

    private func id(_ text: String) throws -> ModelID { try ModelID(text) }

    @Test func `nothing is to be done in an empty directory`() {
        #expect(Janitor.plan(JanitorSurvey(), knownIDs: [], now: now) == [])
    }

    @Test(arguments: [
        (JanitorSurvey.Writer.atWork, Int64(1_000_000), false),
        (.gone, 0, false), (.gone, 59, false), (.gone, 60, true), (.gone, 1_000_000, true),
        // A clock that was set back is no reason to delete.
        (.gone, -100, false),
        (.unknown, 60, false), (.unknown, 86_399, false), (.unknown, 86_400, true),
    ])
    func `staging is removed when its writer is gone and the grace is over`(
        writer: JanitorSurvey.Writer, seconds: Int64, removed: Bool
    ) throws {
        let survey = JanitorSurvey(
            staging: [JanitorSurvey.Staging(name: "a.x", modified: ago(seconds), writer: writer)],
            folders: [JanitorSurvey.Folder(id: try id("b"), modified: ago(seconds), writer: writer)])
        let expected: [Janitor.Action] = removed ? [.removeStaging("a.x"), .reportOrphan(try id("b"))] : []
        #expect(Janitor.plan(survey, knownIDs: [], now: now) == expected)
    }

    @Test func `known versions are left alone and absent ones reported`() throws {
        let survey = JanitorSurvey(
            trash: ["t.x"],
            folders: [
                JanitorSurvey.Folder(id: try id("known"), modified: ago(100), writer: .gone),
                JanitorSurvey.Folder(id: try id("broken"), modified: ago(100), writer: .gone, damage: "no manifest"),
            ])
        let actions = Janitor.plan(survey, knownIDs: [try id("known"), try id("z"), try id("a")], now: now)
        #expect(
            actions == [
                .removeTrash("t.x"), .reportDamaged(try id("broken"), reason: "no manifest"),
                .reportMissing(try id("a")), .reportMissing(try id("z")),
            ])
    }

    @Test func `a deletion that was cut short is finished`() throws {
        let folder = try TemporaryFolder()
        let directory = try ModelDirectory(folder.file("models"), create: true)
        _ = try directory.survey()
        try FileManager.default.createDirectory(
            atPath: "\(directory.path)/.trash/a.x/deep/er", withIntermediateDirectories: true)
        try write([1], to: "\(directory.path)/.trash/a.x/deep/file")
        try write([1], to: folder.file("outside"))
        unsafe symlink(folder.file("outside"), "\(directory.path)/.trash/a.x/link")
        unsafe symlink(folder.path, "\(directory.path)/.trash/a.x/up")
        let actions = Janitor.plan(try directory.survey(), knownIDs: [], now: .now())
        #expect(actions == [.removeTrash("a.x")])
        let report = Janitor.run(actions, in: directory)
        #expect(report.removedTrash == ["a.x"] && report.failures.isEmpty)
        #expect(names("\(directory.path)/.trash") == [])
        #expect(names(folder.path) == ["models", "outside"])
    }

    @Test func `a folder without a manifest is reported as damaged, not adopted`() throws {
        let folder = try TemporaryFolder()
        let directory = try ModelDirectory(folder.file("models"), create: true)
        unsafe mkdir("\(directory.path)/empty_1", 0o755)
        let actions = Janitor.plan(try directory.survey(), knownIDs: [], now: .now(), grace: .zero)
        let report = Janitor.run(actions, in: directory)
        #expect(report.orphans.isEmpty)
        #expect(report.damaged.map(\.id.text) == ["empty_1"])
        #expect(report.damaged.first?.reason.contains("the version has no manifest.json") == true)
    }
}
