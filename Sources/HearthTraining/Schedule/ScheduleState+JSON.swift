import Foundation
import HearthCore

extension ScheduleState {
    /// The form of the file; a program that does not know it leaves the file alone.
    private static let version = 1
    /// The most bytes of a state file: thousands of jobs with their verdicts.
    static let byteCountMax = 4 * 1024 * 1024

    /// 1970 to 9999, in microseconds.
    private static let times: Range<Int64> = 0..<253_402_300_800_000_000

    private struct File: Codable {
        var version: Int
        var jobs: [String: Row]
    }

    private struct Row: Codable {
        var firstSeen: Int64
        var lastDue: Int64?
        var started: Int64?
        var finished: Int64?
        var outcome: Outcome?
        var attempts: Int
        var modelID: String?
        var verdicts: [ScheduleVerdict]
        var isPromoted: Bool
        var message: String?

        enum CodingKeys: String, CodingKey {
            case firstSeen = "first_seen_microseconds"
            case lastDue = "last_due_microseconds"
            case started = "started_microseconds"
            case finished = "finished_microseconds"
            case outcome, attempts
            case modelID = "model_id"
            case verdicts
            case isPromoted = "is_promoted"
            case message
        }
    }

    /// The state as a file holds it: the same state gives the same bytes.
    func encoded() throws -> [UInt8] {
        let rows = jobs.mapValues { job in
            Row(
                firstSeen: job.firstSeen.microseconds, lastDue: job.lastDue?.microseconds,
                started: job.started?.microseconds, finished: job.finished?.microseconds, outcome: job.outcome,
                attempts: job.attempts, modelID: job.modelID, verdicts: job.verdicts, isPromoted: job.isPromoted,
                message: job.message)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(File(version: Self.version, jobs: rows))) + [0x0A]
    }

    /// Reads what ``encoded()`` wrote; throws what the decoder throws, and for another version.
    init(decoding bytes: [UInt8]) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(bytes))
        guard file.version == Self.version else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "version \(file.version) found, \(Self.version) is read"))
        }
        func time(_ microseconds: Int64) throws -> Timestamp {
            guard Self.times.contains(microseconds) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: [], debugDescription: "\(microseconds) is no time between 1970 and 9999"))
            }
            return Timestamp(microseconds: microseconds)
        }
        for (name, row) in file.jobs {
            var job = Job(firstSeen: try time(row.firstSeen))
            job.lastDue = try row.lastDue.map(time)
            job.started = try row.started.map(time)
            job.finished = try row.finished.map(time)
            job.outcome = row.outcome
            job.attempts = max(0, row.attempts)
            job.modelID = row.modelID
            job.verdicts = row.verdicts
            job.isPromoted = row.isPromoted
            job.message = row.message
            jobs[name] = job
        }
    }
}
