import Foundation
import Glibc
import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// Rules and limits as calls meet them, on a real socket.
@Suite(.serialized) struct AccessCallTests {
    private static func limits(_ limits: PeerLimits) -> ServerLimits {
        var all = ServerLimits()
        all.perUser = limits
        return all
    }

    @Test func `a call that a rule shuts out is refused, counted by class and logged once, others are answered`() throws
    {
        let forest = try ServedForest()
        let program = try HearthdProcess(
            shelf: forest.shelf, arguments: ["--allow", "fast read, hearth.v1.Models/Promote = nobody"])
        let client = try RawClient(socketPath: program.socketPath)
        let began = MonotonicTime.now()
        for _ in 0..<2000 {
            client.send(Frames.control(.list, ListRequest()))
            let refusal = try #require(client.nextFrame())
            #expect(refusal.code == .permissionDenied)
            #expect(
                refusal.message
                    == "hearth.v1.Models/List on the fast lane is not for uid \(geteuid()), gid \(getegid()): --allow "
                    + "rule 1 of hearthd decides; name uid:\(geteuid()) there, or call as somebody it names")
        }
        client.send(Frames.predict())
        #expect(client.nextFrame()?.score == forest.score)
        client.send(Frames.control(.reload, ReloadRequest()))
        #expect(client.nextFrame()?.code == .ok)
        let line = try #require(program.line(containing: "call denied"))
        for field in [
            "call=hearth.v1.Models/List", "lane=fast", "pid=\(getpid())", "uid=\(geteuid())", "gid=\(getegid())",
        ] { #expect(line.contains(field), "\(line)") }
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        let lines = program.text.split(separator: "\n").filter { $0.contains("call denied") }
        // The first, one for each second that the calls took, and the last.
        let seconds = Int((MonotonicTime.now() - began) / 1_000_000_000)
        #expect(lines.count <= seconds + 2)
        let counts = lines.compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("count=") }.flatMap { Int($0.dropFirst(6)) }
        }
        #expect(counts.reduce(0, +) == 2000)
    }

    @Test func `denied calls are counted of their class`() throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, admins: [geteuid() + 1])
        let client = server.client()
        #expect(throws: HearthError.self) { try client.reload() }
        #expect(throws: HearthError.self) { try client.rollback(model: ServedForest.model) }
        #expect(try server.counter("admin_denied") == 2)
        #expect(try server.counter("reads_denied") == 0)
    }

    @Test func `the rate of a user is bounded over its connections, and reconnecting gains nothing`() throws {
        let forest = try ServedForest()
        // One call a second is refilled while the test runs.
        let rate = try #require(PeerLimits.Rate(perSecond: 1, burst: 20))
        let server = try forest.server(Self.limits(PeerLimits(rate: rate)))
        var scores = 0
        var refusals: Set<String> = []
        let began = MonotonicTime.now()
        for _ in 0..<30 {
            let client = try server.rawClient()
            client.send(Frames.predict())
            let frame = try #require(client.nextFrame())
            if frame.score == forest.score {
                scores += 1
            } else {
                refusals.insert("\(frame.code?.name ?? "") \(frame.message)")
            }
        }
        let seconds = Int((MonotonicTime.now() - began) / 1_000_000_000)
        #expect((20...20 + seconds + 1).contains(scores))
        #expect(
            refusals == [
                "RESOURCE_EXHAUSTED uid \(geteuid()) makes more than 1 calls/s (bursts of 20); call less often, send "
                    + "several rows in one call, or raise --rate-per-uid"
            ])
    }

    @Test func `calls of a user that wait are bounded over its connections, and those from memory go on`() throws {
        let forest = try ServedForest()
        let other = try forest.shelf.publish(
            SampleModels.isolationForest(seed: 9), series: "other", promotes: true)
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(
            shelf: forest.shelf, limits: Self.limits(PeerLimits(inFlightCallCountMax: 2)), preloadsAll: false,
            store: store)
        #expect(try server.client().predict(model: ServedForest.model, rows: ServedForest.row).generation == 1)
        store.close()
        let clients = try (0..<3).map { _ in try server.rawClient() }
        for client in clients.prefix(2) {
            client.send(Frames.predict(model: "isolation_forest.other"))
        }
        store.arrived.wait()
        // Both have been read: what they sent after it is answered from memory.
        for client in clients.prefix(2) {
            client.send(Frames.predict(stream: 3))
            let frame = client.nextFrame()
            #expect(frame?.streamID == 3)
            #expect(frame?.score == forest.score)
        }
        clients[2].send(Frames.predict(model: "isolation_forest.other"))
        let refusal = try #require(clients[2].nextFrame())
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message
                == "2 calls of uid \(geteuid()) wait already, the most for one user; wait for some, or raise "
                + "--in-flight-per-uid")
        store.open()
        for client in clients.prefix(2) { #expect(client.nextFrame()?.score != nil) }
        clients[2].send(Frames.predict(model: "isolation_forest.other"))
        #expect(clients[2].nextFrame()?.score != nil)
        #expect(other.text.hasPrefix("isolation_forest_other"))
    }

    /// Two users at once: only root can be another one.
    @Test(.enabled(if: geteuid() == 0, "only root can call as another user"))
    func `another user has an account of its own, and a rule that names it lets it in`() throws {
        let forest = try ServedForest()
        try #require(unsafe chmod(forest.shelf.folder.path, 0o755) == 0)
        let program = try HearthdProcess(
            shelf: forest.shelf,
            arguments: [
                "--socket-mode", "0666", "--connections-per-uid", "1", "--allow",
                "admin = uid:4712", "--allow", "data = gid:4713",
            ])
        let own = try RawClient(socketPath: program.socketPath)
        own.send(Frames.predict())
        #expect(own.nextFrame()?.code == .permissionDenied)
        let predict = Frames.predict().map { String($0) }.joined(separator: ",")
        let reload = Frames.control(stream: 3, .reload, ReloadRequest()).map { String($0) }.joined(separator: ",")
        let script = """
            import os, socket, struct
            os.setgroups([4713])
            os.setgid(4711)
            os.setuid(4712)
            s = socket.socket(socket.AF_UNIX)
            s.connect('\(program.socketPath)')
            for call in ([\(predict)], [\(reload)]):
                s.sendall(bytes(call))
                head = s.recv(10, socket.MSG_WAITALL)
                data = s.recv(struct.unpack('>I', head[:4])[0], socket.MSG_WAITALL)
                # A response with a status begins with field 1, one without with field 2.
                print('refused' if data[:1] == b'\\x0a' else 'answered', data if data[:1] == b'\\x0a' else '')
            """
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = ["python3", "-c", script]
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        #expect(text == "answered \nanswered \n")
    }
}
