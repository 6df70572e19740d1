import Foundation
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

/// Ctrl-C while `hearth import` is at work.
@Suite struct InterruptionTests {
    private static let fileCount = 150
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    /// An import of many files, once the first of them are visible.
    private func importing() throws -> (process: Process, errors: Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProgramRun.path("hearth"))
        process.arguments =
            ["import"] + Array(repeating: ImportSamples.iforest, count: Self.fileCount) + [
                "--name", "stok", "--models-dir", shelf.directory.path, "--socket", shelf.folder.file("none.sock"),
            ]
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try Self.withoutBlockedSignals { try process.run() }
        try errors.fileHandleForWriting.close()
        while try process.isRunning && versions().isEmpty { sched_yield() }
        return (process, errors)
    }

    /// A program inherits the blocked signals of the thread that starts it, and those of tests block them all.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private func versions() throws -> [ModelID] {
        try shelf.store.versions(of: nil, limit: Self.fileCount + 1).map(\.modelID)
    }

    /// What every version that is visible must be.
    private func expectWholeVersions() throws {
        for id in try versions() {
            #expect(throws: Never.self, "\(id)") { try shelf.directory.open(id) }
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `the file under way is finished, no other is begun, and nothing is left half written`(
        number: Int32
    ) throws {
        let (process, errors) = try importing()
        kill(process.processIdentifier, number)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        let count = try versions().count
        #expect((1..<Self.fileCount).contains(count))
        #expect(text == "interrupted: \(count) of \(Self.fileCount) files imported\n")
        try expectWholeVersions()
        let staging = "\(shelf.directory.path)/.staging"
        #expect((try? FileManager.default.contentsOfDirectory(atPath: staging))?.isEmpty ?? true)
    }

    @Test func `a second one ends it at once, and every version that is visible is whole`() throws {
        let (process, _) = try importing()
        // The first is noted and takes its own handler away.
        while process.isRunning { kill(process.processIdentifier, SIGINT) }
        process.waitUntilExit()
        let isKilled = process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT
        #expect(isKilled || process.terminationStatus == 130, "the second may come after the end")
        #expect((1..<Self.fileCount).contains(try versions().count))
        try expectWholeVersions()
    }
}
