import Foundation
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthTestSupport
import Testing

/// The program `hearthd` as an operator meets it: a child process over a real socket.
@Suite(.serialized) struct ProgramTests {
    @Test func `SIGTERM answers what is in flight, takes the socket away and exits with 0`() throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 3, trees: 100, columns: 8)
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let program = try HearthdProcess(shelf: shelf)
        let client = try RawClient(socketPath: program.socketPath)
        let idle = try RawClient(socketPath: program.socketPath)
        let row = [Double](repeating: 0.5, count: 8)
        let rows = [Double](repeating: 0.5, count: 20_000 * 8)
        let expected = try ModelShelf.expected(definition, rows: row)[0]
        client.send(Frames.predict(stream: 1, rows: row))
        #expect(client.nextFrame()?.score == expected)
        // A batch that takes a while, and small calls behind it.
        client.send(Frames.predict(stream: 3, rows: rows) + Frames.predict(stream: 5, rows: row))
        #expect(client.nextFrame()?.streamID == 5)
        program.send(SIGTERM)
        let batch = try #require(client.nextFrame())
        #expect(batch.streamID == 3)
        #expect(batch.score == expected)
        #expect(client.isClosedByServer())
        #expect(idle.isClosedByServer())
        #expect(program.waitForExit() == 0)
        #expect(!FileManager.default.fileExists(atPath: program.socketPath))
        #expect(program.text.contains("hearthd: stopped"))
    }

    @Test func `SIGTERM under load: every call that was answered was answered right, and none hangs`() throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(shelf: forest.shelf)
        let callers = try (0..<4).map { _ in
            try Caller(
                socketPath: program.socketPath, scores: [forest.modelID.text: forest.score], timeout: .milliseconds(500)
            )
        }
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        for caller in callers {
            let outcome = caller.stop()
            #expect(outcome.failures.allSatisfy { $0.hasPrefix("UNAVAILABLE") || $0.hasPrefix("DEADLINE") })
        }
        #expect(!program.text.contains("calls unanswered"))
    }

    @Test func `killed under load and started again, its clients recover by themselves`() throws {
        let forest = try ServedForest()
        let first = try HearthdProcess(shelf: forest.shelf)
        let callers = try (0..<3).map { _ in
            try Caller(socketPath: first.socketPath, scores: [forest.modelID.text: forest.score])
        }
        first.send(SIGKILL)
        #expect(first.waitForExit() == -SIGKILL)
        #expect(FileManager.default.fileExists(atPath: first.socketPath))
        let began = MonotonicTime.now()
        // The socket of the dead one is replaced.
        let second = try HearthdProcess(shelf: forest.shelf)
        let client = second.client()
        _ = try client.predict(model: ServedForest.model, rows: ServedForest.row)
        let restart = MonotonicTime.now() - began
        for caller in callers {
            let outcome = caller.stop()
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            #expect(outcome.longestGapNanoseconds < restart + 10_000_000_000)
        }
        #expect(
            try client.predict(model: ServedForest.model, rows: ServedForest.row).outputs[0].values == [forest.score])
        second.send(SIGINT)
        #expect(second.waitForExit() == 0)
    }

    @Test func `the socket of a live server is not taken: the second one says so and exits with 1`() throws {
        let forest = try ServedForest()
        let first = try HearthdProcess(shelf: forest.shelf)
        let second = try HearthdProcess(shelf: forest.shelf, awaitsReady: false)
        #expect(second.waitForExit() == 1)
        #expect(
            second.text.contains(
                "a live hearthd has the socket '\(first.socketPath)'; stop it, or choose another --socket"),
            "\(second.text)")
        let reply = try first.client().predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(reply.outputs[0].values == [forest.score])
    }

    @Test func `the socket has the mode that was asked for, and 0660 without`() throws {
        let forest = try ServedForest()
        for (arguments, mode) in [([], 0o660), (["--socket-mode", "0600"], 0o600), (["--socket-mode", "666"], 0o666)] {
            let program = try HearthdProcess(shelf: forest.shelf, arguments: arguments)
            var status = stat()
            #expect(unsafe stat(program.socketPath, &status) == 0)
            #expect(Int(status.st_mode & 0o777) == mode)
            #expect(status.st_uid == geteuid())
            program.send(SIGTERM)
            #expect(program.waitForExit() == 0)
        }
    }

    @Test func `a model directory that is not there is made, and one that cannot be is an error`() throws {
        let folder = try TemporaryFolder()
        let models = folder.file("models")
        let program = try HearthdProcess(
            arguments: ["--models-dir", models, "--socket", folder.file("s")], socketPath: folder.file("s"),
            awaitsReady: true)
        #expect(try program.client().list().versions.isEmpty)
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        #expect(FileManager.default.fileExists(atPath: models + "/registry.sqlite"))

        try "a file".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
        let wrong = try HearthdProcess(
            arguments: ["--models-dir", folder.file("file") + "/models", "--socket", folder.file("s")],
            socketPath: folder.file("s"))
        #expect(wrong.waitForExit() == 1)
        #expect(wrong.text.contains("cannot start"))
        #expect(wrong.text.contains(folder.file("file")))
    }

    @Test func `R91: ML_MODELS_DIR names the model directory where the command line does not`() throws {
        let forest = try ServedForest()
        let socket = forest.shelf.folder.file("s")
        let program = try HearthdProcess(
            arguments: ["--socket", socket], socketPath: socket,
            environment: ["ML_MODELS_DIR": forest.shelf.directory.path], awaitsReady: true)
        let reply = try program.client().predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(reply.outputs[0].values == [forest.score])
    }

    @Test func `a folder of the socket that is not there, and a file in its place, are errors with a mend`() throws {
        let forest = try ServedForest()
        let missing = try HearthdProcess(
            shelf: forest.shelf, socketPath: forest.shelf.folder.file("no/such/hearth.sock"), awaitsReady: false)
        #expect(missing.waitForExit() == 1)
        #expect(
            missing.text.contains("the folder of the socket must exist and be writable, or choose another --socket"))

        let precious = forest.shelf.folder.file("precious.txt")
        try "do not lose".write(toFile: precious, atomically: true, encoding: .utf8)
        let taken = try HearthdProcess(shelf: forest.shelf, socketPath: precious, awaitsReady: false)
        #expect(taken.waitForExit() == 1)
        #expect(
            taken.text.contains("'\(precious)' is there and is no socket; move it away, or choose another --socket"))
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "do not lose")

        let long = try HearthdProcess(
            shelf: forest.shelf, socketPath: "/tmp/" + String(repeating: "x", count: 120), awaitsReady: false)
        #expect(long.waitForExit() == 1)
        #expect(long.text.contains("choose a shorter one"))
    }

    @Test(arguments: [
        ["--wait", "sometimes"], ["--cache-bytes", "much"], ["--socket-mode", "rwx"], ["--socket-mode", "1777"],
        ["--log-level", "loud"], ["--log-format", "xml"], ["--workers", "0"], ["--workers", "257"],
        ["--max-connections", "0"], ["--pin", "../x"], ["--no-such-option"], ["--admin-uid", "root"],
    ])
    func `an option that cannot be is told of, with exit code 64`(arguments: [String]) throws {
        let program = try HearthdProcess(arguments: arguments, socketPath: "")
        #expect(program.waitForExit() == 64)
        #expect(program.text.contains(arguments[0]), "\(program.text)")
        #expect(program.text.contains("Usage: hearthd"))
    }

    @Test func `--help names every option and exits with 0`() throws {
        let program = try HearthdProcess(arguments: ["--help"], socketPath: "")
        #expect(program.waitForExit() == 0)
        for option in [
            "--socket", "--socket-mode", "--socket-uid", "--socket-gid", "--models-dir", "--registry", "--workers",
            "--wait", "--cache-bytes", "--pin", "--lazy", "--max-connections", "--admin-uid", "--admin-gid",
            "--log-level", "--log-format", "--version",
        ] { #expect(program.text.contains(option)) }
    }

    @Test func `an idle server uses next to no processor time, also after traffic has ended`() throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(
            shelf: forest.shelf, arguments: ["--log-level", "warning"], awaitsReady: false)
        let client = program.client()
        func idleShare() -> Double {
            let before = program.processorSeconds
            // Nothing can be awaited here: idleness is that nothing happens.
            _ = poll(nil, 0, 3000)
            return (program.processorSeconds - before) / 3
        }
        _ = try client.predict(model: ServedForest.model, rows: ServedForest.row)
        // What a start leaves to be done may fall into the first of the two.
        #expect(min(idleShare(), idleShare()) < 0.02)
        let predictor = client.predictor(for: ServedForest.model)
        for _ in 0..<20_000 { _ = try predictor.predict(ServedForest.row) }
        let share = idleShare()
        #expect(share < 0.02)
    }

    @Test func `without a descriptor left new clients are turned away, the others are served, and nothing spins`()
        throws
    {
        let forest = try ServedForest()
        let program = try HearthdProcess(shelf: forest.shelf, launcher: ["/usr/bin/prlimit", "--nofile=48:48"])
        let caller = try Caller(socketPath: program.socketPath, scores: [forest.modelID.text: forest.score])
        var clients: [RawClient] = []
        for _ in 0..<80 { clients.append(try RawClient(socketPath: program.socketPath)) }
        #expect(program.line(containing: "connection not accepted") != nil)
        let last = try #require(clients.last)
        last.send(Frames.predict())
        #expect(last.isClosedByServer())
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")

        let before = program.processorSeconds
        _ = poll(nil, 0, 2000)
        #expect((program.processorSeconds - before) / 2 < 0.05)
        // With room again, new clients are served.
        clients = []
        var score: Double?
        while score == nil {
            let client = try RawClient(socketPath: program.socketPath)
            client.send(Frames.predict())
            score = client.nextFrame()?.score
        }
        #expect(score == forest.score)
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
    }
}
