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

    @Test(arguments: TestLane.allCases)
    func `a call that a rule shuts out is refused, counted and logged once a second, others are answered`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(
            shelf: forest.shelf, arguments: ["--allow", "\(lane.rawValue) read, hearth.v1.Models/Promote = nobody"])
        let client = try LaneClient(lane, socketPath: program.socketPath)
        let began = MonotonicTime.now()
        for _ in 0..<2000 {
            let refusal = client.control(.list, ListRequest())
            #expect(refusal.code == .permissionDenied)
            #expect(
                refusal.message
                    == "hearth.v1.Models/List on the \(lane.rawValue) lane is not for uid \(geteuid()), gid "
                    + "\(getegid()): --allow rule 1 of hearthd decides; name uid:\(geteuid()) there, or call as "
                    + "somebody it names")
        }
        #expect(client.predict().prediction?.outputs.first?.values == [forest.score])
        #expect(client.control(.reload, ReloadRequest()).code == .ok)
        let other = try LaneClient(lane == .fast ? .grpc : .fast, socketPath: program.socketPath)
        #expect(other.control(.list, ListRequest()).code == .ok)
        let line = try #require(program.line(containing: "call denied"))
        for field in [
            "call=hearth.v1.Models/List", "lane=\(lane.rawValue)", "pid=\(getpid())", "uid=\(geteuid())",
            "gid=\(getegid())",
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

    @Test(arguments: TestLane.allCases)
    func `the rate of a user is bounded over its connections, and reconnecting gains nothing`(lane: TestLane) throws {
        let forest = try ServedForest()
        // One call a second is refilled while the test runs.
        let rate = try #require(PeerLimits.Rate(text: "1:20"))
        let server = try forest.server(Self.limits(PeerLimits(rate: rate)))
        var answered = 0
        var refusals: Set<String> = []
        let began = MonotonicTime.now()
        for _ in 0..<30 {
            let reply = try LaneClient(lane, socketPath: server.socketPath).predict()
            if reply.prediction?.outputs.first?.values == [forest.score] {
                answered += 1
            } else {
                refusals.insert("\(reply.code?.name ?? "") \(reply.message)")
            }
        }
        let seconds = Int((MonotonicTime.now() - began) / 1_000_000_000)
        #expect((20...20 + seconds + 1).contains(answered))
        #expect(
            refusals == [
                "RESOURCE_EXHAUSTED uid \(geteuid()) makes more than 1 calls/s (bursts of 20); call less often, send "
                    + "several rows in one call, or raise --rate-per-uid"
            ])
    }

    @Test(arguments: TestLane.allCases)
    func `one connection of a user too many is told so, and place is made when another ends`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits(PeerLimits(connectionCountMax: 2)))
        let first = try LaneClient(lane, socketPath: server.socketPath)
        #expect(first.predict().prediction?.outputs.first?.values == [forest.score])
        do {
            let second = try LaneClient(lane, socketPath: server.socketPath)
            #expect(second.predict().prediction?.outputs.first?.values == [forest.score])
            let third = try LaneClient(lane, socketPath: server.socketPath).predict()
            #expect(third.code == .resourceExhausted)
            #expect(
                third.message
                    == "uid \(geteuid()) has its 2 connections; close some, share one connection among threads, or "
                    + "raise --connections-per-uid")
        }
        // The server sees some time later that the second has closed.
        var reply: LaneReply
        repeat {
            reply = try LaneClient(lane, socketPath: server.socketPath).predict()
        } while reply.code == .resourceExhausted
        #expect(reply.prediction?.outputs.first?.values == [forest.score])
        #expect(first.predict().prediction?.outputs.first?.values == [forest.score])
    }

    @Test func `a gRPC connection too many is told so also when its call comes after the settings of both sides`()
        throws
    {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits(PeerLimits(connectionCountMax: 1)))
        let first = try server.rawClient()
        first.send(Frames.predict())
        #expect(first.nextFrame()?.score == forest.score)
        let second = try GRPCTestClient(socketPath: server.socketPath)
        #expect(second.receive { second.hasSettings })
        let reply = second.call(.predict, Frames.predictPayload(rows: ServedForest.row))
        #expect(reply.code == .resourceExhausted)
        #expect(reply.message.hasPrefix("uid \(geteuid()) has its 1 connections; "))
        #expect(second.isClosedByServer())
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
