import Foundation
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthModel
import HearthTestSupport
import Testing

/// The programs' options for a bucket, as an operator meets them (R122).
@Suite(.serialized) struct StoreProgramTests {
    private let storage: StoreServer
    private let folder: TemporaryFolder
    private let url: String

    init() throws {
        storage = try StoreServer.shared()
        folder = try TemporaryFolder()
        url = "s3://\(storage.bucket)/\(StoreServer.prefix())"
    }

    private static func program(_ name: String) -> URL {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name)
    }

    private func process(_ name: String, _ arguments: [String], _ changes: [String: String] = [:]) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = Self.program(name)
        process.arguments = arguments
        let environment = ProcessInfo.processInfo.environment.merging(storage.environment) { _, new in new }
        process.environment = environment.merging(changes) { _, new in new }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return (process, output)
    }

    private func run(
        _ name: String, _ arguments: [String], _ changes: [String: String] = [:]
    ) throws -> (status: Int32, text: String) {
        let (process, output) = process(name, arguments, changes)
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    @Test func `R122: trained with a bucket on one machine, served from it on another, pushed and pulled by hand`()
        throws
    {
        let rows = (0..<300).map { "\(sin(Double($0))),\(cos(Double($0 * 7)))" }
        try ("a,b\n" + rows.joined(separator: "\n") + "\n").write(
            toFile: folder.file("d.csv"), atomically: true, encoding: .utf8)
        let bucket = ["--artifact-store", url]
        let trained = try run(
            "hearth-trainer",
            [
                "train", "isolation-forest", "--data", folder.file("d.csv"), "--series", "s", "--columns", "a,b",
                "--trees", "10", "--models-dir", folder.file("a"), "--promote", "--gzip", "--json",
            ] + bucket)
        try #require(trained.status == 0, "\(trained.text)")

        let listed = try run("hearth", ["artifacts", "list", "--models-dir", folder.file("a")] + bucket)
        #expect(listed.text.hasPrefix("isolation_forest_s_") && listed.text.hasSuffix("  here too\n"), "\(listed.text)")
        let id = String(listed.text.prefix { $0 != " " })

        let socket = folder.file("s")
        let (server, output) = process(
            "hearthd",
            [
                "--models-dir", folder.file("b"), "--registry", folder.file("a/registry.sqlite"), "--socket", socket,
            ] + bucket)
        try server.run()
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        var text = ""
        while !text.contains("hearthd: serving") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "\(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        let client = HearthClient(.patient(socket))
        let answer = try client.predict(model: "isolation_forest.s", rows: [0.5, 0.5])
        #expect(answer.modelVersion == id)
        #expect(FileManager.default.fileExists(atPath: folder.file("b/\(id)/manifest.json")))

        try FileManager.default.createDirectory(atPath: folder.file("c"), withIntermediateDirectories: false)
        let pulled = try run("hearth", ["artifacts", "pull", id, "--models-dir", folder.file("c")] + bucket)
        #expect(pulled.text == "\(id) pulled to \(folder.file("c"))\n")
        let pushed = try run("hearth", ["artifacts", "push", "--all", "--models-dir", folder.file("c")] + bucket)
        #expect(pushed.text == "0 pushed, 1 there already, 0 not pushed\n")
        for name in ["b", "c"] {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: folder.file("a/\(id)/model.hearth.gz"),
                    andPath: folder.file("\(name)/\(id)/model.hearth.gz")))
        }
    }

    @Test func `R122: a store that says nothing delays neither the start, nor local models, nor the end`() throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 1)
        try shelf.publish(definition, series: "local", promotes: true)
        let far = try shelf.publish(SampleModels.isolationForest(seed: 2), series: "far", promotes: true)
        try shelf.directory.remove(far)
        let silent = try ScriptedServer([])
        defer { silent.stop() }
        let socket = folder.file("s")
        let (server, output) = process(
            "hearthd", ["--models-dir", shelf.directory.path, "--socket", socket, "--artifact-store", "s3://bucket"],
            ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(silent.port)"])
        let began = MonotonicTime.now()
        try server.run()
        var text = ""
        while !text.contains("hearthd: serving") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "\(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        while silent.requests.isEmpty { sched_yield() }
        let client = HearthClient(.patient(socket))
        let row = [0.1, -0.5, 1.5, 0.25]
        let answer = try client.predict(model: "isolation_forest.local", rows: row)
        #expect(try answer.outputs[0].values == [ModelShelf.expected(definition, rows: row)[0]])
        server.terminate()
        server.waitUntilExit()
        #expect(server.terminationStatus == 0)
        // One attempt alone would have waited ten seconds for a first byte.
        #expect(MonotonicTime.now() - began < 9_000_000_000)
    }

    @Test func `R122: what is wrong with the options is said before anything begins`() throws {
        let models = ["--models-dir", folder.path]
        for (program, arguments, part) in [
            ("hearthd", models + ["--artifact-store", "bucket"], "'s3://bucket' or 's3://bucket/prefix' expected"),
            ("hearthd", models + ["--s3-endpoint", "http://x"], "--s3-endpoint needs --artifact-store"),
            ("hearth", ["artifacts", "list"] + models, "Name the bucket with --artifact-store"),
            ("hearth", ["artifacts", "push", "--artifact-store", url] + models, "Name versions, or say --all."),
            ("hearth", ["import", "x", "--in-place", "--artifact-store", url] + models, "--in-place copies nothing"),
        ] {
            let outcome = try run(program, arguments)
            #expect(outcome.status != 0)
            #expect(outcome.text.contains(part), "\(outcome.text)")
        }
        let missing = try run(
            "hearthd", models + ["--artifact-store", url], ["AWS_SECRET_ACCESS_KEY": ""])
        #expect(missing.status == 1)
        #expect(missing.text.contains("no credentials for the object store found"), "\(missing.text)")
    }
}
