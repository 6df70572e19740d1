import Foundation
import HearthArtifacts
import HearthClient
import HearthCore
import HearthImport
import HearthRegistry
import HearthTestSupport
import Testing

/// The commands as a person types them: real programs, a real server.
@Suite struct CommandTests {
    private let shelf: ModelShelf
    private let case172 = "\(ImportSamples.corpus)/sklearn-1.7.2/iforest_auto.json"

    init() throws { shelf = try ModelShelf() }

    private var modelsDirectory: String { shelf.directory.path }

    private func hearth(_ arguments: String...) throws -> ProgramRun { try ProgramRun("hearth", arguments) }

    private func importing(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun(
            "hearth",
            ["import"] + arguments
                + ["--models-dir", modelsDirectory, "--socket", shelf.folder.file("hearthd.sock")])
    }

    @Test func `a pickle is imported, promoted, served, and answers with scikit-learn's bits`() throws {
        let run = try importing(ImportSamples.iforest, "--name", "isolation_forest.stok_seviye", "--promote")
        #expect(run.status == 0, "\(run)")
        #expect(run.output.contains("IsolationForest of scikit-learn 1.7.2 imported as isolation_forest.stok_seviye"))
        #expect(run.output.contains("no server of it at"))
        let server = try RunningServer(
            modelsDirectory: modelsDirectory, socketPath: shelf.folder.file("hearthd.sock"))
        let verify = try hearth(
            "verify", "isolation_forest.stok_seviye", "--served", "--against", case172, "--socket", server.socketPath)
        #expect(verify.status == 0, "\(verify)")
        #expect(!verify.output.contains("NOT EQUAL"))

        let expectation = try Expectation(path: case172)
        let row = expectation.rows.cells.prefix(expectation.rows.width).map { "\($0)" }.joined(separator: ",")
        let predict = try hearth(
            "predict", "--model", "isolation_forest.stok_seviye", "--row=\(row)", "--json", "--socket",
            server.socketPath)
        let reply = try #require(try predict.json() as? [String: Any])
        let outputs = try #require(reply["outputs"] as? [[String: Any]])
        #expect(outputs[0]["name"] as? String == "score_samples")
        let expected = try #require(expectation.outputs.first { $0.name == "score_samples" })
        guard case .number(let score) = expected.arrays[0].cells[0] else {
            throw VerifyError("a score that is no number")
        }
        // As text: the reader of JSON here rounds the last digit otherwise.
        #expect(predict.output.contains("\(score)"), "\(predict)")

        // With a server, a promotion is the server's.
        let second = try importing(ImportSamples.iforest, "--name", "isolation_forest.stok_seviye", "--promote")
        #expect(second.status == 0)
        #expect(second.output.contains("in production, generation 2; before: "), "\(second)")
    }

    @Test func `R99: after a change versions are listed, held against their files, and found in the log`() throws {
        let name = "isolation_forest.stok_seviye"
        #expect(try importing(ImportSamples.iforest, "--name", name, "--promote").status == 0)
        let version = try #require(try shelf.store.versions(of: nil, limit: 2).first)
        let server = try RunningServer(
            modelsDirectory: modelsDirectory, socketPath: shelf.folder.file("hearthd.sock"),
            arguments: ["--log-texts", "specification"])
        let list = try hearth("models", "list", "--socket", server.socketPath)
        let line = list.output.split(separator: "\n").first { $0.contains(version.modelID.text) }
        #expect(line?.contains("production") == true && line?.contains("available") == true, "\(list)")
        let validate = try hearth("validate", "--models-dir", modelsDirectory)
        #expect(validate.status == 0 && validate.output.contains("1 of 1 versions are good"), "\(validate)")
        let found = server.log.split(separator: "\n").filter { $0.contains("Model") }
        #expect(found.contains { $0.contains("📂 Model loaded: \(version.modelID), load_time: ") }, "\(found)")
    }

    @Test func `inspect says what a file is, and refuses with class, version, reason and mend`() throws {
        let good = try hearth("inspect", ImportSamples.iforest)
        #expect(good.status == 0)
        for part in ["IsolationForest", "scikit-learn 1.7.2", "pickle, protocol 4", "score_samples", "trees"] {
            #expect(good.output.contains(part), "\(part): \(good.output)")
        }
        let path = shelf.folder.file("bad.pkl")
        try ImportSamples.write("hello", to: path)
        let both = try hearth("inspect", ImportSamples.iforest, path, "--json")
        #expect(both.status == 1)
        let list = try #require(try both.json() as? [[String: Any]])
        #expect(list.map { $0["refused"] as? Bool } == [false, true])
        #expect(list[0]["library_version"] as? String == "1.7.2")
        #expect((list[1]["reason"] as? String)?.hasPrefix("text that begins with 'hello' found") == true)
        #expect((list[1]["hint"] as? String)?.isEmpty == false)
        #expect(try hearth("inspect", path).output.contains("refused\n  reason"))
    }

    @Test func `several files: each has its own name, and one that is refused does not stop the others`() throws {
        let bad = shelf.folder.file("bad.pkl")
        try ImportSamples.write("hello", to: bad)
        let forest = try ImportSamples.file("sklearn-1.7.2/rf_clf_iris", ".p4.pkl")
        let run = try importing(ImportSamples.iforest, bad, forest, "--name", "old.{file}")
        #expect(run.status == 1)
        #expect(run.output.contains("bad.pkl: not imported: "))
        #expect(run.output.contains("2 of 3 files imported, 1 not"))
        #expect(
            try shelf.store.registeredModels().map(\.name.text).sorted() == [
                "old.iforest_auto.p4", "old.rf_clf_iris.p4",
            ])
        #expect(run.errors.isEmpty, "no progress where there is no terminal")
    }

    @Test func `one name for several files makes versions of it, and the last is promoted`() throws {
        let run = try importing(
            ImportSamples.iforest, try ImportSamples.file("sklearn-1.7.2/iforest_contam", ".joblib"), "--name", "stok",
            "--promote", "--json")
        #expect(run.status == 0)
        let reply = try #require(try run.json() as? [String: Any])
        let imported = try #require(reply["imported"] as? [[String: Any]])
        let pointer = try #require(try shelf.store.productionPointer(of: ModelName("stok")))
        #expect(imported.count == 2 && imported[1]["model_version"] as? String == pointer.modelID.text)
        #expect(pointer.generation == 1)
    }

    @Test func `a file over the limit names the option, and is imported with it`() throws {
        let run = try importing(ImportSamples.iforest, "--max-file-size", "1000")
        #expect(run.status == 1)
        #expect(run.output.contains("raise the limit with --max-file-size 1MiB"))
        #expect(try importing(ImportSamples.iforest, "--max-file-size", "1MiB").status == 0)
        #expect(try importing(ImportSamples.iforest, "--max-file-size", "much").status == 64)
    }

    @Test func `in place: the server converts the file and keeps the conversion beside it`() throws {
        let path = "\(modelsDirectory)/model.joblib"
        try FileManager.default.copyItem(
            atPath: try ImportSamples.file("sklearn-1.7.2/iforest_auto", "auto.joblib"), toPath: path)
        let run = try importing(path, "--in-place", "--name", "stok", "--promote")
        #expect(run.status == 0, "\(run)")
        let server = try RunningServer(
            modelsDirectory: modelsDirectory, socketPath: shelf.folder.file("hearthd.sock"))
        let verify = try hearth("verify", "stok", "--served", "--against", case172, "--socket", server.socketPath)
        #expect(verify.status == 0, "\(verify)")
        #expect(FileManager.default.fileExists(atPath: "\(path).hearth"))
        #expect(try hearth("verify", "\(path).hearth", "--against", case172).status == 0)
    }

    @Test func `verify: a file and a version are held against a plain list of numbers`() throws {
        let expectation = try Expectation(path: case172)
        let width = expectation.rows.width
        let rows = (0..<2).map { row in
            "[" + expectation.rows.cells[row * width..<(row + 1) * width].map { "\($0)" }.joined(separator: ", ") + "]"
        }
        let scores = try #require(expectation.outputs.first { $0.name == "score_samples" }).arrays[0].cells.prefix(2)
        func write(_ scores: [String]) throws -> String {
            let path = shelf.folder.file("expected.json")
            let list = scores.joined(separator: ", ")
            try ImportSamples.write(
                "{\"inputs\": [\(rows.joined(separator: ", "))], \"outputs\": {\"score_samples\": [\(list)]}}", to: path
            )
            return path
        }
        let right = try write(scores.map { "\($0)" })
        #expect(try hearth("verify", ImportSamples.iforest, "--against", right).status == 0)
        _ = try importing(ImportSamples.iforest, "--name", "stok")
        let id = try #require(try shelf.store.versions(of: nil, limit: 1).first).modelID.text
        #expect(try hearth("verify", id, "--against", right, "--models-dir", modelsDirectory).status == 0)

        let wrong = try write(["-0.5", "-0.5"])
        let run = try hearth("verify", ImportSamples.iforest, "--against", wrong)
        #expect(run.status == 1)
        #expect(run.output.contains("NOT EQUAL") && run.output.contains("row 0, column 0: expected -0.5, found -0."))
        #expect(try hearth("verify", ImportSamples.iforest, "--against", wrong, "--tolerance", "1").status == 0)
        #expect(try hearth("verify", ImportSamples.iforest, "--against", "gone.json").status == 1)
    }

    @Test func `verify-corpus: the table, and an exit status that tells`() throws {
        let folder = try TemporaryFolder()
        let place = "\(folder.path)/sklearn-1.7.2"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(ImportSamples.corpus)/sklearn-1.7.2")
        where name.hasPrefix("iforest_auto.") {
            try FileManager.default.copyItem(
                atPath: "\(ImportSamples.corpus)/sklearn-1.7.2/\(name)", toPath: "\(place)/\(name)")
        }
        let good = try hearth("verify-corpus", folder.path)
        #expect(good.status == 0, "\(good)")
        #expect(good.output.contains("IsolationForest"))
        #expect(good.output.contains("12 files of 1 cases read, 0 refused; 3 arrays: 3 exact, 0 within"))
        try FileManager.default.removeItem(atPath: "\(place)/iforest_auto.p4.pkl")
        let bad = try hearth("verify-corpus", folder.path, "--json")
        #expect(bad.status == 1)
        #expect((try bad.json() as? [String: Any])?["refused"] as? Int == 1)
    }
}
