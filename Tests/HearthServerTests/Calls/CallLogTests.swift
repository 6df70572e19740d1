import HearthCore
import HearthMetrics
import HearthServer
import HearthWire
import Logging
import Testing

/// Denied calls in the log: all counted, few lines.
@Suite struct CallLogTests {
    private let peer = Peer(pid: 77, uid: 1000, gid: 100)

    private func count(_ line: String) -> Int {
        line.split(separator: " ").first { $0.hasPrefix("count=") }.flatMap { Int($0.dropFirst(6)) } ?? 0
    }

    @Test func `the first is written at once, with who and what`() throws {
        let lines = LogLines()
        let log = try CallLog(logger: lines.logger)
        try log.start()
        log.note(.denied(peer, .grpc, .promote))
        #expect(
            lines.wait(for: 1)
                == ["call denied call=hearth.v1.Models/Promote count=1 gid=100 lane=grpc pid=77 uid=1000"])
        log.stop()
        #expect(lines.all.count == 1)
    }

    @Test func `a flood is one line and a number, and none of it is lost`() throws {
        let lines = LogLines()
        let log = try CallLog(logger: lines.logger, restMilliseconds: 3_600_000)
        try log.start()
        for _ in 0..<100_000 { log.note(.denied(peer, .fast, .reload)) }
        log.stop()
        #expect((1...2).contains(lines.all.count))
        #expect(lines.all.map(count).reduce(0, +) == 100_000)
    }

    @Test func `it goes on after a rest`() throws {
        let lines = LogLines()
        let log = try CallLog(logger: lines.logger, restMilliseconds: 1)
        try log.start()
        for expected in 1...20 {
            log.note(.denied(peer, .fast, .reload))
            #expect(lines.wait(for: expected).count == expected)
        }
        log.stop()
    }

    @Test func `lanes, calls and peers have their own lines, and too many of them one together`() throws {
        let lines = LogLines()
        let log = try CallLog(logger: lines.logger, restMilliseconds: 3_600_000)
        for lane in LaneKind.allCases { log.note(.denied(peer, lane, .reload)) }
        for pid in 0..<100 { log.note(.denied(Peer(pid: Int32(pid), uid: 1, gid: 1), .fast, .promote)) }
        log.note(.denied(peer, .fast, .reload))
        try log.start()
        log.stop()
        #expect(lines.all.count == CallLog.lineCountMax + 1)
        #expect(lines.all[0] == "call denied call=hearth.v1.Models/Reload count=2 gid=100 lane=fast pid=77 uid=1000")
        #expect(lines.all.last == "other such calls count=\(100 - (CallLog.lineCountMax - 2))")
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

    @Test func `R40, R42, R105: a fallback is a warning with its series and cause, an error when nobody answers (C33)`()
        throws
    {
        let lines = LogLines()
        let log = try CallLog(logger: lines.logger, restMilliseconds: 3_600_000)
        for _ in 0..<3 { log.note(.fellBack(series: "dolum_sure", source: .zscore, cause: "no model")) }
        log.note(.fellBack(series: "dolum_sure", source: nil, cause: "no model"))
        try log.start()
        log.stop()
        #expect(
            lines.all == [
                "using z-score method (fallback) cause=no model count=3 series=dolum_sure",
                "model not found, nothing could answer cause=no model count=1 series=dolum_sure",
            ])
        #expect(lines.levels == [.warning, .error])
    }
}
