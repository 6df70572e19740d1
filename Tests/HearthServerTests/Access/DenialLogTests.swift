import HearthCore
import HearthMetrics
import HearthServer
import HearthWire
import Logging
import Testing

/// Denied calls in the log: all counted, few lines.
@Suite struct DenialLogTests {
    private let peer = Peer(pid: 77, uid: 1000, gid: 100)

    private func count(_ line: String) -> Int {
        line.split(separator: " ").first { $0.hasPrefix("count=") }.flatMap { Int($0.dropFirst(6)) } ?? 0
    }

    @Test func `the first is written at once, with who and what`() throws {
        let lines = LogLines()
        let log = try DenialLog(logger: lines.logger)
        try log.start()
        log.denied(peer, lane: .grpc, route: .promote)
        #expect(
            lines.wait(for: 1)
                == ["call denied call=hearth.v1.Models/Promote count=1 gid=100 lane=grpc pid=77 uid=1000"])
        log.stop()
        #expect(lines.all.count == 1)
    }

    @Test func `a flood is one line and a number, and none of it is lost`() throws {
        let lines = LogLines()
        let log = try DenialLog(logger: lines.logger, restMilliseconds: 3_600_000)
        try log.start()
        for _ in 0..<100_000 { log.denied(peer, lane: .fast, route: .reload) }
        log.stop()
        #expect((1...2).contains(lines.all.count))
        #expect(lines.all.map(count).reduce(0, +) == 100_000)
    }

    @Test func `it goes on after a rest`() throws {
        let lines = LogLines()
        let log = try DenialLog(logger: lines.logger, restMilliseconds: 1)
        try log.start()
        for expected in 1...20 {
            log.denied(peer, lane: .fast, route: .reload)
            #expect(lines.wait(for: expected).count == expected)
        }
        log.stop()
    }

    @Test func `lanes, calls and peers have their own lines, and too many of them one together`() throws {
        let lines = LogLines()
        let log = try DenialLog(logger: lines.logger, restMilliseconds: 3_600_000)
        for lane in LaneKind.allCases { log.denied(peer, lane: lane, route: .reload) }
        for pid in 0..<100 { log.denied(Peer(pid: Int32(pid), uid: 1, gid: 1), lane: .fast, route: .promote) }
        log.denied(peer, lane: .fast, route: .reload)
        try log.start()
        log.stop()
        #expect(lines.all.count == DenialLog.lineCountMax + 1)
        #expect(lines.all[0] == "call denied call=hearth.v1.Models/Reload count=2 gid=100 lane=fast pid=77 uid=1000")
        #expect(lines.all.last == "other calls denied count=\(100 - (DenialLog.lineCountMax - 2))")
    }

    @Test func `denied calls are counted in all and by class`() {
        let counters = ServerCounters()
        for route in [Route.predict, .list, .promote, .reload, .rollback] { counters.denied(route.access) }
        let all = Dictionary(uniqueKeysWithValues: counters.all.map { ($0.name, $0.value) })
        #expect(all["permissions_denied"] == 5)
        #expect(all["data_denied"] == 1)
        #expect(all["reads_denied"] == 1)
        #expect(all["admin_denied"] == 3)
    }
}
