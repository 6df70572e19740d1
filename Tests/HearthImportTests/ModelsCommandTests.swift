import Foundation
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

/// `hearth models archive`, `pin`, `history`, `compare` and `--max-models`, as a person types them.
@Suite struct ModelsCommandTests {
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    private func models(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("hearth", ["models"] + arguments + ["--models-dir", shelf.directory.path])
    }

    private func publish(_ count: Int) throws -> [ModelID] {
        try (0..<count).map { try shelf.publish(SampleModels.isolationForest(seed: UInt64($0)), series: "s") }
    }

    @Test func `R140, R159, C19: archive, pin and unpin, without a server`() throws {
        let ids = try publish(2)
        try shelf.promote(ids[0], series: "s")
        let archive = try models("archive", ids[1].text, "--reason", "drifts", "--json")
        #expect(archive.status == 0, "\(archive)")
        #expect(try (archive.json() as? [String: Any])?["status"] as? String == "archived")
        #expect(try models("archive", ids[0].text).status == 1)
        let index = try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8)
        #expect(index.contains(",\(ids[1]),,,archived\n"), "\(index)")
        #expect(try models("pin", ids[1].text).output == "\(ids[1]) is pinned\n")
        #expect(try shelf.store.version(ids[1])?.pinned == true)
        #expect(try models("unpin", ids[1].text).output == "\(ids[1]) is not pinned\n")
        #expect(try shelf.store.version(ids[1])?.pinned == false)
        let events = try shelf.store.events(after: 0, limit: 100)
        #expect(events.filter { $0.kind == .archived }.map(\.reason) == ["drifts"])
    }

    @Test func `R154, C20: history says which retrain is in production since when`() throws {
        let ids = try publish(2)
        try shelf.promote(ids[0], series: "s")
        try shelf.promote(ids[1], series: "s")
        let text = try models("history", "isolation_forest.s")
        #expect(text.output.hasPrefix("\(ids[1]) of "), "\(text)")
        #expect(text.output.contains("(generation 2, promoted by test)"))
        let json = try #require(try models("history", "isolation_forest.s", "--json").json() as? [String: Any])
        #expect((json["production"] as? [String: Any])?["model_id"] as? String == ids[1].text)
        #expect((json["terms"] as? [[String: Any]])?.count == 2)
        #expect((json["events"] as? [[String: Any]])?.first?["kind"] as? String == "promoted")
        #expect(try models("history", "none").status == 1)
    }

    @Test func `R146: compare shows figures and gates; a name stands for its production version`() throws {
        let ids = try publish(2)
        try shelf.promote(ids[0], series: "s")
        let text = try models("compare", "isolation_forest.s", ids[1].text, "--rule", "f1>=0.5")
        #expect(text.status == 0, "\(text)")
        #expect(text.output.contains("no figures") && text.output.contains("metric f1>=0.5"), "\(text)")
        let json = try #require(try models("compare", ids[0].text, ids[1].text, "--json").json() as? [String: Any])
        let gates = try #require(json["gates"] as? [[String: Any]])
        #expect(gates.map { $0["outcome"] as? String } == ["passed", "passed", "not applicable"])
        #expect(try models("compare", ids[0].text, "none").status == 1)
    }

    @Test func `R163: hearth import --max-models takes the oldest away`() throws {
        for _ in 0..<3 {
            let run = try ProgramRun(
                "hearth",
                [
                    "import", ImportSamples.iforest, "--name", "churn", "--max-models", "2", "--models-dir",
                    shelf.directory.path,
                ])
            #expect(run.status == 0, "\(run)")
        }
        #expect(try shelf.directory.list().count == 2)
        let index = try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8)
        #expect(index.split(separator: "\n").count == 3)
    }

    @Test func `R134: the server writes the index after a promotion and a rollback`() throws {
        let ids = try publish(2)
        let server = try RunningServer(
            modelsDirectory: shelf.directory.path, socketPath: shelf.folder.file("hearthd.sock"))
        func ask(_ arguments: String...) throws {
            let run = try ProgramRun("hearth", ["models"] + arguments + ["--socket", server.socketPath])
            #expect(run.status == 0, "\(run)")
        }
        func production() throws -> [String] {
            // A thread answers these calls one after the other, and writes the index between two of them.
            try ask("list")
            let index = try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8)
            return index.split(separator: "\n").filter { $0.hasSuffix(",production") }.map(String.init)
        }
        try ask("promote", "isolation_forest.s", ids[0].text)
        #expect(try production().map { $0.hasPrefix(ids[0].text) } == [true])
        try ask("promote", "isolation_forest.s", ids[1].text)
        #expect(try production().map { $0.hasPrefix(ids[1].text) } == [true])
        try ask("rollback", "isolation_forest.s")
        #expect(try production().map { $0.hasPrefix(ids[0].text) } == [true])
    }

    @Test func `R134: hearth registry export writes the index where it is wanted`() throws {
        let id = try publish(1)[0]
        let file = shelf.folder.file("index.csv")
        func export(_ arguments: String...) throws -> ProgramRun {
            try ProgramRun("hearth", ["registry", "export"] + arguments + ["--models-dir", shelf.directory.path])
        }
        #expect(try export(file).status == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains("\n\(id),,,isolation_forest,"))
        #expect(try export("-").output == text)
        #expect(try export().status == 0)
        #expect(try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8) == text)
    }
}
