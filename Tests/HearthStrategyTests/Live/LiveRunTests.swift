import Foundation
import HearthCore
import HearthMarket
import HearthStrategy
import HearthTestSupport
import Synchronization
import Testing

/// Feeds, logs, halts and snapshots, with a model in this process.
struct LiveRunTests {
    private let shelf: TradingShelf
    private let scorer: ServableScorer

    init() throws {
        shelf = try TradingShelf()
        _ = try shelf.publish(seed: 1, promotes: true)
        scorer = try shelf.scorer()
    }

    /// What an unbroken replay of so many bars writes.
    private func expected(_ count: Int) throws -> [SignalRecord] {
        var engine = try shelf.engine()
        return TradingShelf.bars(count).compactMap { engine.take($0, by: scorer) }
    }

    @Test func `a run that was killed anywhere goes on in the same log as if nothing had happened`() throws {
        let data = try shelf.write(TradingShelf.bars(120))
        let expected = Data(try expected(120).flatMap(\.line))
        for cut in [0, 1, 37, 119] {
            let path = shelf.folder.file("log-\(cut)")
            do {
                let log = try SignalLog(path: path)
                var count = 0
                let run = try LiveRun(
                    engine: shelf.engine(), scorer: scorer, options: LiveOptions(source: .file(data)),
                    record: { record throws(StrategyError) in
                        try log.append(record)
                        count += 1
                    })
                try run.run(stop: { count == cut })
                #expect(count == cut)
            }
            // The next line was being written when the power went.
            let torn = Array(expected.split(separator: 0x0A)[cut].prefix(30))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: torn)
            try file.close()
            let log = try SignalLog(path: path)
            #expect(log.tornByteCount == 30)
            let run = try LiveRun(
                engine: shelf.engine(after: log.last), scorer: scorer, options: LiveOptions(source: .file(data)),
                record: { record throws(StrategyError) in try log.append(record) })
            try run.run()
            #expect(run.tally.historyCount == cut)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == expected, "cut after \(cut)")
        }
    }

    @Test func `a log that cannot be written ends the run before the signal counts`() throws {
        let data = try shelf.write(TradingShelf.bars(10))
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: LiveOptions(source: .file(data)),
            record: { record throws(StrategyError) in
                guard record.sequence < 4 else { throw StrategyError(.system, "no room") }
            })
        #expect(throws: StrategyError.self) { try run.run() }
        #expect(run.tally.signalCount == 4)
    }

    @Test func `a file that grows is followed, and one that is replaced is read anew without a second signal`() throws {
        let bars = TradingShelf.bars(60)
        let path = try shelf.write(bars.prefix(20))
        var options = LiveOptions(source: .tail(path))
        options.clock = .replay
        var records: [SignalRecord] = []
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: options,
            record: { record in
                records.append(record)
                if record.sequence == 19 { Self.append(TradingShelf.lines(bars[20..<40]), to: path) }
                if record.sequence == 39 {
                    // Another file under the same name.
                    let text = TradingShelf.header + TradingShelf.lines(bars)
                    #expect(throws: Never.self) { try text.write(toFile: path, atomically: true, encoding: .utf8) }
                }
            })
        try run.run(stop: { records.count == 60 })
        #expect(records == (try expected(60)))
    }

    @Test func `a publisher that goes away and comes back gives each bar one signal`() throws {
        let bars = TradingShelf.bars(80)
        let socket = shelf.folder.file("feed.sock")
        let parts = [
            try shelf.write(bars.prefix(30), "a.csv"), try shelf.write(bars.prefix(55), "b.csv"),
            try shelf.write(bars, "c.csv"),
        ]
        var options = LiveOptions(source: .socket(socket))
        options.clock = .replay
        var records: [SignalRecord] = []
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: options, record: { records.append($0) })
        let feeder = try SystemThread(name: "feeder") {
            for (index, part) in parts.enumerated() {
                do {
                    let publisher = try BarPublisher(file: part, path: socket, seed: UInt64(index + 1))
                    publisher.run(connectionCount: 1)
                    publisher.stop()
                } catch {
                    Issue.record(error)
                }
            }
        }
        try run.run(stop: { records.count == 80 })
        feeder.join()
        #expect(records == (try expected(80)))
        #expect(run.report.problemCount > 0)
    }

    @Test func `lines that are no bars are counted and passed over`() throws {
        let bars = TradingShelf.bars(20)
        let text =
            TradingShelf.header + TradingShelf.lines(bars.prefix(10)) + "not,a,bar\n" + TradingShelf.lines(bars[5..<20])
        let path = shelf.folder.file("dirty.csv")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        var records: [SignalRecord] = []
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: LiveOptions(source: .file(path)),
            record: { records.append($0) })
        try run.run()
        #expect(records == (try expected(20)))
        #expect(run.report.problemCount == 6)
    }

    @Test func `a halt file halts, and a new run over the same folder is halted as well`() throws {
        let halt = shelf.folder.file("halt")
        let data = try shelf.write(TradingShelf.bars(40))
        var options = LiveOptions(source: .file(data))
        options.haltFile = halt
        for _ in 0..<2 {
            var records: [SignalRecord] = []
            let run = try LiveRun(
                engine: shelf.engine(), scorer: scorer, options: options,
                record: { record in
                    records.append(record)
                    if record.sequence == 19 {
                        #expect(throws: Never.self) { try "".write(toFile: halt, atomically: true, encoding: .utf8) }
                    }
                })
            let isHalted = FileManager.default.fileExists(atPath: halt)
            try run.run()
            #expect(records[10].state == (isHalted ? "halted" : "live"))
            #expect(records[20...].allSatisfy { $0.state == "halted" && $0.reasons == ["operator_halt"] })
            #expect(records[21...].allSatisfy { $0.position == .flat })
        }
    }

    @Test func `the engine's socket shows the state, halts and resumes (R158)`() throws {
        let bars = TradingShelf.bars(30)
        let path = try shelf.write(bars.prefix(20))
        let control = shelf.folder.file("live.sock")
        var options = LiveOptions(source: .tail(path))
        options.clock = .replay
        options.controlSocket = control
        options.haltFile = shelf.folder.file("halt")
        options.snapshotFile = shelf.folder.file("snapshot.json")
        let haltFile = shelf.folder.file("halt")
        let isDone = Atomic<Bool>(false)
        let states = Mutex<[String]>([])
        let firstBars = CompletionGroup()
        firstBars.enter()
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: options,
            record: { if $0.sequence == 19 { firstBars.leave() } })
        let caller = try SystemThread(name: "caller") {
            defer { isDone.store(true, ordering: .releasing) }
            firstBars.wait()
            do {
                let client = ControlClient(path: control)
                func state(_ word: String) throws -> String {
                    var found = ""
                    try client.ask(word) {
                        found = Self.member("state", $0)
                        return false
                    }
                    return found
                }
                try client.ask("follow") { Self.member("signals", $0) != "20" }
                var seen = [try state("status"), try state("halt")]
                #expect(FileManager.default.fileExists(atPath: haltFile))
                Self.append(TradingShelf.lines(bars[20..<25]), to: path)
                // Until the five bars have come.
                try client.ask("follow") { Self.member("signals", $0) != "25" }
                seen += [try state("status"), try state("resume")]
                #expect(!FileManager.default.fileExists(atPath: haltFile))
                Self.append(TradingShelf.lines(bars[25..<30]), to: path)
                try client.ask("follow") { Self.member("signals", $0) != "30" }
                seen += [try state("status"), try state("nonsense")]
                states.withLock { $0 = seen }
            } catch {
                Issue.record(error)
            }
        }
        try run.run(stop: { isDone.load(ordering: .acquiring) })
        caller.join()
        #expect(states.withLock { $0 } == ["live", "halted", "halted", "warming", "live", ""])
        let snapshot = try String(contentsOfFile: shelf.folder.file("snapshot.json"), encoding: .utf8)
        #expect(Self.member("running", snapshot) == "false")
        #expect(Self.member("used_model_id", snapshot) == scorer.model.modelID)
        #expect(Self.member("signals", snapshot) == "30")
    }

    @Test func `by the wall clock old bars are history at a first start and late after a record`() throws {
        let data = try shelf.write(TradingShelf.bars(30))
        var options = LiveOptions(source: .file(data))
        options.clock = .wall
        var records: [SignalRecord] = []
        let first = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: options, record: { records.append($0) })
        try first.run()
        #expect(records.isEmpty)
        #expect(first.tally.historyCount == 30)
        let last = try expected(10)[9]
        let second = try LiveRun(
            engine: shelf.engine(after: last), scorer: scorer, options: options, record: { records.append($0) })
        try second.run()
        #expect(records.map(\.sequence) == Array(10..<30))
        #expect(records.allSatisfy { $0.reasons == ["bar_late"] && $0.decision == .flat })
        #expect(records.allSatisfy { $0.latencyMicroseconds != nil })
        var future = TradingShelf.bars(1)[0]
        future.openTime.microseconds += 4_102_444_800_000_000
        future.closeTime.microseconds += 4_102_444_800_000_000
        options = LiveOptions(source: .file(try shelf.write([future], "future.csv")))
        options.clock = .wall
        let third = try LiveRun(
            engine: shelf.engine(), scorer: scorer, options: options, record: { records.append($0) })
        try third.run()
        #expect(records.count == 20)
        #expect(third.report.problems[.notYet]?.count == 1)
    }

    @Test func `a second model is asked at every bar and changes no signal`() throws {
        let second = try shelf.publish(seed: 9)
        let data = try shelf.write(TradingShelf.bars(200))
        var records: [SignalRecord] = []
        let log = try SignalLog(path: shelf.folder.file("shadow.ndjson"))
        let other = try shelf.scorer(.pinned(modelID: second.text))
        let run = try LiveRun(
            engine: shelf.engine(), scorer: scorer,
            shadow: ShadowTrader(engine: shelf.engine(), scorer: other, log: log),
            options: LiveOptions(source: .file(data)), record: { records.append($0) })
        try run.run()
        #expect(records == (try expected(200)))
        var alone = try shelf.engine()
        let shadow = TradingShelf.bars(200).compactMap { alone.take($0, by: other) }
        let written = try String(contentsOfFile: log.path, encoding: .utf8)
        #expect(written == String(decoding: shadow.flatMap(\.line), as: UTF8.self))
        let report = try #require(run.shadowReport)
        #expect(report.barCount == 198)
        #expect(report.returnDifference == shadow[199].equity - records[199].equity)
        let pairs = zip(records, shadow).filter { $0.0.score != nil }
        let agreeing = pairs.count { $0.0.decision == $0.1.decision }
        #expect(report.agreementShare == Double(agreeing) / 198)
        let correlation = try #require(report.scoreCorrelation)
        #expect(abs(correlation - Self.correlation(pairs.map { ($0.0.score ?? 0, $0.1.score ?? 0) })) < 1e-12)
    }

    /// Pearson's correlation by its definition.
    private static func correlation(_ pairs: [(Double, Double)]) -> Double {
        let count = Double(pairs.count)
        let means = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
        var (product, first, second) = (0.0, 0.0, 0.0)
        for pair in pairs {
            product += (pair.0 - means.0) * (pair.1 - means.1)
            first += (pair.0 - means.0) * (pair.0 - means.0)
            second += (pair.1 - means.1) * (pair.1 - means.1)
        }
        return product / (first * second).squareRoot()
    }

    private static func append(_ text: String, to path: String) {
        do {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            Issue.record(error)
        }
    }

    /// A member of a JSON object as text; empty when there is none.
    private static func member(_ key: String, _ line: String) -> String {
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        switch object?[key] {
        case let text as String: return text
        case let number as NSNumber where line.contains("\"\(key)\":true") || line.contains("\"\(key)\":false"):
            return number.boolValue ? "true" : "false"
        case let number as NSNumber: return "\(number)"
        default: return ""
        }
    }
}
