import Foundation
import HearthCore
import HearthMarket
import HearthStrategy
import HearthTestSupport
import Testing

struct SignalLogTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func records(_ count: Int) throws -> [SignalRecord] {
        var engine = try StrategySamples.engine()
        let scorer = ScriptedScorer(try StrategySamples.model())
        return StrategySamples.bars(count).compactMap { engine.take($0, by: scorer) }
    }

    private func write(_ records: [SignalRecord], _ name: String) throws -> String {
        let path = folder.file(name)
        let log = try SignalLog(path: path)
        for record in records { try log.append(record) }
        return path
    }

    @Test func `a record reads back as it was written, keys in one order`() throws {
        var record = try records(5)[4]
        record.latencyMicroseconds = 12.5
        record.reasons = ["a \"quoted\" \\ \n one"]
        #expect(SignalRecord(line: record.line) == record)
        let text = String(decoding: record.line, as: UTF8.self)
        #expect(text.hasPrefix("{\"sequence\":4,\"open_time\":\"1970-01-01T01:00:00.000000Z\",\"close_time\":"))
        #expect(text.hasSuffix(",\"latency_us\":12.5}\n"))
    }

    @Test func `a sequence beyond every log is no record`() throws {
        var record = try records(1)[0]
        record.sequence = .max
        #expect(SignalRecord(line: record.line) == nil)
    }

    @Test func `a line that is no record is none`() {
        for text in ["", "{}", "[1]", "{\"sequence\":-1}", "not json"] {
            #expect(SignalRecord(line: Array(text.utf8)) == nil)
        }
    }

    @Test func `a log that was cut anywhere goes on after its last whole record`() throws {
        let all = try records(3)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: try write(all, "whole.ndjson")))
        let lineEnds = bytes.indices.filter { bytes[$0] == 0x0A }
        for length in 0...bytes.count {
            let path = folder.file("cut-\(length).ndjson")
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            let complete = lineEnds.count { $0 < length }
            do {
                let log = try SignalLog(path: path)
                #expect(log.last == (complete == 0 ? nil : all[complete - 1]))
                #expect(log.tornByteCount == length - (complete == 0 ? 0 : lineEnds[complete - 1] + 1))
                for record in all[complete...] { try log.append(record) }
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        }
    }

    @Test func `a file that is no log is left alone`() throws {
        let path = folder.file("other.csv")
        try "a,b\n1,2\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect {
            _ = try SignalLog(path: path)
        } throws: {
            ($0 as? StrategyError)?.description
                == "the last line of '\(path)' is no signal: 1,2; name another file, or move this one away"
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a,b\n1,2\n")
    }

    @Test func `two engines cannot write one log`() throws {
        let path = folder.file("log")
        let log = try SignalLog(path: path)
        #expect {
            _ = try SignalLog(path: path)
        } throws: {
            ($0 as? StrategyError)?.message == "another engine writes '\(path)'"
        }
        #expect(log.last == nil)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount")) func `a full disk leaves whole records only`()
        throws
    {
        let disk = try SmallDisk(folder.file("disk"), byteCount: 64 << 10)
        let path = "\(disk.path)/log"
        let log = try SignalLog(path: path)
        let all = try records(1000)
        var written = 0
        #expect(throws: StrategyError.self) {
            for record in all {
                try log.append(record)
                written += 1
            }
        }
        #expect(written > 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes == Data(all.prefix(written).flatMap(\.line)))
    }

    @Test func `equal logs are equal, and the first difference is named`() throws {
        let all = try records(8)
        let one = try write(all, "one")
        #expect(try SignalParity(one, try write(all, "same")).difference == nil)
        var changed = all
        changed[5].score = 0.5
        let found = try SignalParity(one, try write(changed, "changed"))
        #expect(found.equalLineCount == 5)
        #expect(found.difference?.line == 6)
        #expect(found.difference?.field == "score")
        #expect(found.difference?.right == "0.5")
        #expect(found.difference?.left == "\(try #require(all[5].score))")
    }

    @Test func `a log that ends early differs at the first missing line`() throws {
        let all = try records(8)
        let found = try SignalParity(try write(all, "one"), try write(Array(all.prefix(3)), "short"))
        #expect(found.difference?.line == 4)
        #expect(found.difference?.right == "(the log ends)")
    }

    @Test func `latencies are compared unless they are to be ignored`() throws {
        let all = try records(4)
        var timed = all
        for index in timed.indices { timed[index].latencyMicroseconds = Double(index) + 0.5 }
        let (one, other) = (try write(all, "one"), try write(timed, "timed"))
        #expect(try SignalParity(one, other).difference?.field == "latency_us")
        #expect(try SignalParity(one, other, ignoresLatency: true).difference == nil)
    }
}
