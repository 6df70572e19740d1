import Foundation
import HearthArtifacts
import HearthConfiguration
import HearthCore
import HearthTestSupport
import HearthTraining
import Synchronization
import Testing

/// Jobs, a folder for their state, and a clock that stands still until it is moved.
final class ScheduleFixture: Sendable {
    let folder: ScheduleFolder
    let path: String
    private let time: Mutex<Timestamp>
    private let trained = Mutex<[String]>([])
    private let events = Mutex<[String]>([])
    private let temporary: TemporaryFolder

    /// A Wednesday.
    static let start = at("2025-01-01T12:00:00Z")

    init() throws {
        temporary = try TemporaryFolder()
        path = temporary.file("schedule")
        folder = try ScheduleFolder(path)
        time = Mutex(Self.start)
    }

    static func at(_ text: String) -> Timestamp {
        FieldTime.timestamp(Array(text.utf8)[...]) ?? Timestamp(microseconds: 0)
    }

    /// A job on Mondays at 03:00, unless changed.
    static func job(
        _ name: String = "weekly", _ cron: String = "0 3 * * mon", change: (inout ScheduleJob) -> Void = { _ in }
    ) throws -> ScheduleJob {
        var market = MarketSection()
        (market.symbol, market.timeframe) = ("BTC/USDT", "1h")
        var job = ScheduleJob(market: market, training: TrainingSection())
        job.name = name
        job.cron = try CronExpression(cron)
        job.data = "bars.csv"
        job.lookbackDays = 30
        change(&job)
        return job
    }

    func move(to text: String) {
        time.withLock { $0 = Self.at(text) }
    }

    /// The jobs that were trained since the last call.
    func takeTrained() -> [String] {
        trained.withLock { names in
            defer { names = [] }
            return names
        }
    }

    /// What was reported since the last call, each as its first word and the job.
    func takeEvents() -> [String] {
        events.withLock { list in
            defer { list = [] }
            return list
        }
    }

    func runner(
        _ jobs: [ScheduleJob], train: (@Sendable (ScheduleJob) throws(TrainingError) -> Void)? = nil
    ) -> ScheduleRunner {
        ScheduleRunner(
            jobs: jobs, folder: folder, clock: { self.time.withLock { $0 } },
            report: { event in self.events.withLock { $0.append(Self.word(event)) } },
            train: { (job, _) throws(TrainingError) in
                self.trained.withLock { $0.append(job.name ?? "") }
                try train?(job)
                let id = try result { () throws(NameError) in try ModelID("version_of_\(job.name ?? "")") }
                return ScheduleResult(modelID: id, verdicts: [], isPromoted: false)
            })
    }

    func pass(_ jobs: [ScheduleJob]) throws -> ScheduleRunner.Pass {
        try runner(jobs).runDue(isStopped: { false })
    }

    private static func word(_ event: ScheduleEvent) -> String {
        switch event {
        case .remembered(let job, _): "remembered \(job)"
        case .started(let job, _, _, let isLate): isLate ? "late \(job)" : "started \(job)"
        case .trained(let job, _): "trained \(job)"
        case .failed(let job, _): "failed \(job)"
        case .stopped(let job): "stopped \(job)"
        case .skipped(let job, _): "skipped \(job)"
        case .gaveUp(let job, _, _): "gave up \(job)"
        case .busy(let job, _): "busy \(job)"
        }
    }
}

/// Names are no training's business: what is wrong with one ends a test.
private func result<Value>(_ body: () throws(NameError) -> Value) throws(TrainingError) -> Value {
    do throws(NameError) {
        return try body()
    } catch {
        throw TrainingError(.badParameter, error.description)
    }
}

extension TrainingFixture {
    /// Overwrites a byte in the middle of a version's model.
    func damage(_ modelID: ModelID) throws {
        let file = URL(filePath: "\(directory.path)/\(modelID)/model.hearth")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0xFF
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        try bytes.write(to: file)
    }
}
