import Foundation
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

/// The specification's table of errors, row by row: the cause is real, the program answers on, and its log says so in
/// the specification's words.
@Suite(.serialized) struct ErrorTableTests {
    private static let words = ["--log-texts", "specification"]
    private static let history: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 60, 6]

    /// What the program has logged, when it has ended.
    private func log(_ program: HearthdProcess) -> [String] {
        program.send(SIGTERM)
        return program.text.split(separator: "\n").map(String.init)
    }

    /// The first line of `level` with all of `parts` in it.
    private func line(_ log: [String], _ level: String, _ parts: String...) -> String? {
        log.first { line in line.contains(" \(level) hearthd: ") && parts.allSatisfy { line.contains($0) } }
    }

    private static func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 60_000_000_000)
        while MonotonicTime.now() < deadline {
            if condition() { return true }
            poll(nil, 0, 20)
        }
        return false
    }

    // R39, R40, R42, R104, R105: what the log says of it.
    @Test func `R9, R70: a file was removed: the BLOB answers, where there is none the z-score`() throws {
        let recorded = try RecordedForest()
        let place = try PostgresShelf(PostgresServer.shared())
        let whole = try place.publish(series: "tuketim_miktar")
        let known = try place.publish(series: "stok_seviye", pickle: recorded.pickle)
        let unknown = try place.publish(series: "dolum_sure")
        for id in [known, unknown] {
            try FileManager.default.removeItem(atPath: "\(place.shelf.directory.path)/\(id)")
        }
        let program = try HearthdProcess(shelf: place.shelf, arguments: Self.words + ["--registry", place.url])
        let client = program.client()
        let stood = try client.detect(series: "stok_seviye", values: recorded.rows, columns: recorded.columnCount)
        #expect(stood.source == .database && stood.scores == recorded.scores.map { -$0 })
        let alone = try client.detect(series: "dolum_sure", values: Self.history)
        #expect(alone.source == .zscore && alone.anomalies == Self.history.map { $0 == 60 })
        #expect(throws: HearthError.self) { try client.detect(series: "dolum_sure", values: [1, 2, 3]) }

        let log = log(program)
        #expect(line(log, "info", "📂 Model loaded: \(whole), load_time: ") != nil, "\(log)")
        #expect(line(log, "warning", "Using database model (fallback): \(known)", "no version '") != nil, "\(log)")
        #expect(line(log, "error", "Model yükleme hatası: ", "model_id=\(unknown)") != nil, "\(log)")
        #expect(line(log, "warning", "Model bulunamadı, Z-Score fallback: dolum_sure") != nil, "\(log)")
        #expect(line(log, "error", "❌ Model not found: dolum_sure, using fallback") != nil, "\(log)")
    }

    @Test func `R71, R82: a corrupt file is set aside and told of once, the z-score answers`() throws {
        let forest = try ServedForest()
        try forest.shelf.damage(forest.modelID)
        let program = try HearthdProcess(shelf: forest.shelf, arguments: Self.words)
        let client = program.client()
        for _ in 0..<3 {
            #expect(try client.detect(series: ServedForest.series, values: Self.history).source == .zscore)
        }
        let log = log(program)
        #expect(line(log, "error", "damaged version quarantined", "SHA-256") != nil, "\(log)")
        #expect(log.filter { $0.contains("Model yükleme hatası: ") }.count == 1, "\(log)")
        #expect(line(log, "warning", "Model bulunamadı, Z-Score fallback: stok_seviye") != nil, "\(log)")
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs root, and leave to mount a small tmpfs"))
    func `R72, R81, R107: a full disk is warned of, publishing is refused, what is there serves on`() throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(folder.file("models"), byteCount: 4 << 20)
        let shelf = try ModelShelf(folder: folder)
        let first = SampleModels.isolationForest(seed: 1)
        let firstID = try shelf.publish(first, series: ServedForest.series, promotes: true)
        let score = try ModelShelf.expected(first, rows: ServedForest.row)[0]
        let program = try HearthdProcess(shelf: shelf, arguments: Self.words)
        let caller = try Caller(socketPath: program.socketPath, scores: [firstID.text: score])

        let ballast = try disk.fill()
        let second = SampleModels.isolationForest(seed: 2)
        let error = #expect(throws: ArtifactError.self) { try shelf.publish(second, series: ServedForest.series) }
        #expect(error?.code == .diskFull, "\(error as Any)")
        #expect(program.line(containing: "⚠️ Disk usage 100% (threshold: 90%)")?.contains(" warning ") == true)
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(outcome.versions.count == 1)

        for path in ballast { try? FileManager.default.removeItem(atPath: path) }
        let secondID = try shelf.publish(second, series: ServedForest.series, promotes: true)
        let client = program.client()
        #expect(
            Self.eventually {
                let reply = try? client.predict(model: ServedForest.model, rows: ServedForest.row)
                return reply?.modelVersion == secondID.text
            })
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to run the program as another user"))
    func `R42, R73: a file that the server's user may not read is told of, the BLOB answers`() throws {
        let recorded = try RecordedForest()
        let place = try PostgresShelf(PostgresServer.shared())
        let modelID = try place.publish(series: "stok_seviye", pickle: recorded.pickle)
        #expect(unsafe chmod("\(place.shelf.directory.path)/\(modelID)/model.hearth", 0o600) == 0)
        let sockets = place.shelf.folder.file("sockets")
        try FileManager.default.createDirectory(atPath: sockets, withIntermediateDirectories: false)
        #expect(unsafe chmod(sockets, 0o777) == 0)
        let program = try HearthdProcess(
            shelf: place.shelf, socketPath: "\(sockets)/s", arguments: Self.words + ["--registry", place.url],
            launcher: ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"])
        let client = program.client()
        let found = try client.detect(series: "stok_seviye", values: recorded.rows, columns: recorded.columnCount)
        #expect(found.source == .database && found.scores == recorded.scores.map { -$0 })
        let log = log(program)
        #expect(line(log, "warning", "the model directory is read-only") != nil, "\(log)")
        #expect(
            line(log, "warning", "Using database model (fallback): \(modelID)", "Permission denied", "files 0644")
                != nil,
            "\(log)")
    }

    @Test func `R74: while the database is away what is in memory serves on, and is followed when it is back`() throws {
        let server = try PostgresServer()
        defer { server.end() }
        let place = try PostgresShelf(server)
        let model = SampleModels.isolationForest(seed: 4)
        let firstID = try place.publish(series: ServedForest.series)
        let other = SampleModels.isolationForest(seed: 5)
        let otherID = try place.shelf.publish(other, series: ServedForest.series)
        let scores = [
            firstID.text: try ModelShelf.expected(model, rows: ServedForest.row)[0],
            otherID.text: try ModelShelf.expected(other, rows: ServedForest.row)[0],
        ]
        let program = try HearthdProcess(shelf: place.shelf, arguments: Self.words + ["--registry", place.url])
        let caller = try Caller(socketPath: program.socketPath, scores: scores)
        let client = program.client()
        server.stop()
        #expect(
            program.line(containing: "registry cannot be read; serving on from memory")?.contains(" error ") == true)
        for _ in 0..<200 {
            let reply = try client.predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.modelVersion == firstID.text)
        }
        try server.start()
        #expect(Self.eventually { (try? place.shelf.promote(otherID, series: ServedForest.series)) != nil })
        #expect(
            Self.eventually {
                let reply = try? client.predict(model: ServedForest.model, rows: ServedForest.row)
                return reply?.modelVersion == otherID.text
            })
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(line(log(program), "notice", "registry is back") != nil)
    }

    @Test func `R75, C31: a model that was trained long ago is warned of and used`() throws {
        let shelf = try ModelShelf()
        let model = SampleModels.isolationForest(seed: 1)
        let old = Timestamp(microseconds: Timestamp.now().microseconds - 100 * 86_400 * 1_000_000)
        let oldID = try shelf.publish(model, series: "stok_seviye", promotes: true, trainedAt: old)
        try shelf.publish(model, series: "dolum_sure", promotes: true)
        let program = try HearthdProcess(shelf: shelf, arguments: ["--stale-days", "90"])
        let reply = try program.client().predict(model: "isolation_forest.stok_seviye", rows: ServedForest.row)
        #expect(reply.modelVersion == oldID.text)
        #expect(reply.outputs[0].values == [try ModelShelf.expected(model, rows: ServedForest.row)[0]])
        let warnings = log(program).filter { $0.contains("model is old, used anyway") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("days=100 model_id=\(oldID)") == true, "\(warnings)")
    }

    @Test func `R98: a new deployment finds the files that were there, leaves them as they are and serves them`() throws
    {
        let forest = try ServedForest()
        func files() throws -> [String: Data] {
            let path = "\(forest.shelf.directory.path)/\(forest.modelID)"
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            return try Dictionary(
                uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)"))) })
        }
        let before = try files()
        for _ in 0..<2 {
            let program = try HearthdProcess(shelf: forest.shelf)
            let reply = try program.client().predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.modelVersion == forest.modelID.text && reply.outputs[0].values == [forest.score])
            program.send(SIGTERM)
            #expect(program.waitForExit() == 0)
        }
        #expect(try files() == before)
    }
}
