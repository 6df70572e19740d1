import Foundation
import Glibc
import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import Testing

/// `hearthd` as systemd starts it: with a socket, and with somebody to tell how it is.
@Suite(.serialized) struct SupervisionTests {
    /// A shell that passes its standard input on as the descriptors from 3 on, as many as asked, with the variables of
    /// systemd.
    private static func launcher(count: Int = 1, names: String? = nil, pid: String = "$$") -> [String] {
        let copies = (0..<count).map { " \(3 + $0)<&0" }.joined()
        let named = names.map { " LISTEN_FDNAMES=\($0)" } ?? ""
        return [
            "/bin/sh", "-c",
            "exec\(copies) </dev/null; export LISTEN_PID=\(pid) LISTEN_FDS=\(count)\(named); exec \"$@\"", "sh",
        ]
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func `the socket that is passed is served, and --socket is not opened`() throws {
        let forest = try ServedForest()
        let path = forest.shelf.folder.file("passed.sock")
        // Made by the test as systemd would, and kept open between two lives of the server.
        let owner = try UnixListener.open(SocketOptions(path: path))
        for _ in 0..<2 {
            let program = try HearthdProcess(
                shelf: forest.shelf, launcher: Self.launcher(), standardInput: owner.descriptor)
            #expect(
                program.line(containing: "serving the socket that was passed")?.contains("socket=\(path)") == true)
            #expect(!exists(program.socketPath))
            #expect(!exists(program.socketPath + ".lock"))
            let client = HearthClient(.patient(path))
            let reply = try client.predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.outputs[0].values == [forest.score])
            // Gone from the environment, closed for children.
            let environment = try String(contentsOfFile: "/proc/\(program.pid)/fdinfo/3", encoding: .utf8)
            let flags = environment.split(separator: "\n").first { $0.hasPrefix("flags:") }
                .flatMap { Int32($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) }
            #expect((flags ?? 0) & O_CLOEXEC != 0)
            #expect((flags ?? 0) & O_NONBLOCK != 0)
            program.send(SIGTERM)
            #expect(program.waitForExit() == 0)
            #expect(exists(path))
        }
        owner.unlinkSocket()
    }

    @Test func `a client that connects while nobody serves is answered by the next server`() throws {
        let forest = try ServedForest()
        let path = forest.shelf.folder.file("passed.sock")
        let owner = try UnixListener.open(SocketOptions(path: path))
        let client = try RawClient(socketPath: path)
        client.send(Frames.predict())
        let program = try HearthdProcess(
            shelf: forest.shelf, launcher: Self.launcher(count: 2, names: "other:hearth"),
            standardInput: owner.descriptor)
        #expect(client.nextFrame()?.score == forest.score)
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        owner.unlinkSocket()
    }

    @Test func `variables that are for another process are left alone`() throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(shelf: forest.shelf, launcher: Self.launcher(pid: "1"))
        #expect(exists(program.socketPath))
        #expect(
            try program.client().predict(model: ServedForest.model, rows: ServedForest.row).outputs[0].values
                == [forest.score])
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
    }

    @Test func `what is passed and cannot be served is a reason not to start`() throws {
        let forest = try ServedForest()
        let file = try HearthdProcess(shelf: forest.shelf, launcher: Self.launcher(), awaitsReady: false)
        #expect(file.waitForExit() == 1)
        #expect(file.text.contains("descriptor 3, passed in LISTEN_FDS, is no socket"), "\(file.text)")

        let several = try HearthdProcess(shelf: forest.shelf, launcher: Self.launcher(count: 2), awaitsReady: false)
        #expect(several.waitForExit() == 1)
        #expect(several.text.contains("2 sockets were passed in LISTEN_FDS"))
        #expect(several.text.contains("write FileDescriptorName=hearth in the unit of one"))
        #expect(!exists(several.socketPath))
    }

    @Test func `the service manager is told of loading, readiness, a reload and the end`() throws {
        let forest = try ServedForest()
        let manager = try NotifySocket(forest.shelf.folder.file("notify"))
        let program = try HearthdProcess(shelf: forest.shelf, environment: ["NOTIFY_SOCKET": manager.path])
        let ready = "READY=1\nMAINPID=\(program.pid)\nSTATUS=Serving 1 models on \(program.socketPath)"
        #expect(manager.next() == "STATUS=Loading models")
        #expect(manager.next() == ready)
        program.send(SIGHUP)
        let reloading = try #require(manager.next())
        #expect(reloading.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        let time = reloading.split(separator: "\n").first { $0.hasPrefix("MONOTONIC_USEC=") }
            .flatMap { Int64($0.dropFirst(15)) }
        #expect(abs((time ?? 0) - MonotonicTime.now().nanoseconds / 1000) < 20_000_000)
        #expect(manager.next() == ready)
        #expect(program.line(containing: "hearthd: reloaded")?.hasSuffix("failed=0 models=1") == true)
        program.send(SIGTERM)
        #expect(manager.next() == "STOPPING=1\nSTATUS=Answering what has arrived")
        #expect(program.waitForExit() == 0)
    }

    @Test func `a manager that is not there is warned of, and the server serves`() throws {
        let forest = try ServedForest()
        let nowhere = forest.shelf.folder.file("nowhere")
        let program = try HearthdProcess(shelf: forest.shelf, environment: ["NOTIFY_SOCKET": nowhere])
        #expect(program.line(containing: "the service manager cannot be told")?.contains(nowhere) == true)
        #expect(try program.client().list().versions.count == 1)
        let wrong = try HearthdProcess(
            shelf: forest.shelf, socketPath: forest.shelf.folder.file("other.sock"),
            environment: ["NOTIFY_SOCKET": "nonsense"], awaitsReady: false)
        #expect(wrong.waitForExit() == 1)
        #expect(wrong.text.contains("NOTIFY_SOCKET is 'nonsense'"))
    }

    @Test func `the units name only options that the program has`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let unit = try String(
            contentsOf: root.appendingPathComponent("deploy/systemd/hearthd.service"), encoding: .utf8)
        let command = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let program = try HearthdProcess(arguments: ["--help"], socketPath: "")
        #expect(program.waitForExit() == 0)
        let options = command.split(separator: " ").filter { $0.hasPrefix("--") }
        #expect(!options.isEmpty)
        for option in options { #expect(program.text.contains("  \(option) "), "\(option)") }
    }

    @Test func `SIGHUP serves on while a model cannot be loaded, says which, and mends it when it can be`() throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(shelf: forest.shelf)
        let damaged = try forest.shelf.publish(
            SampleModels.isolationForest(seed: 9), series: ServedForest.series)
        try forest.shelf.damage(damaged)
        try forest.shelf.promote(damaged, series: ServedForest.series)
        program.send(SIGHUP)
        #expect(
            program.line(containing: "hearthd: reloaded")?.hasSuffix("failed=1 models=1") == true, "\(program.text)")
        #expect(program.line(containing: "what answered before still does")?.contains(damaged.text) == true)
        let reply = try program.client().predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(reply.modelVersion == forest.modelID.text)
    }
}
