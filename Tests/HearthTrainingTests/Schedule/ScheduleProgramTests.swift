import Foundation
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthTestSupport
import HearthTraining
import Testing

/// `hearth-trainer schedule`, run as programs.
struct ScheduleProgramTests {
    /// A configuration with one job on generated bars.
    private struct Place {
        let fixture: BarsFixture
        let config: String

        init(rounds: Int = 10, cron: String = "0 3 * * mon") throws {
            fixture = try BarsFixture(count: 600)
            let bars = try fixture.write(fixture.bars)
            config = fixture.training.folder.file("system.yml")
            let text = """
                ml: {models_dir: \(fixture.directory.path)}
                market: {symbol: BTC/USDT, timeframe: 1h}
                training:
                  gradient_boosting: {n_estimators: \(rounds), early_stopping_rounds: null}
                schedule:
                  - name: weekly
                    cron: "\(cron)"
                    data: \(bars)
                    lookback_days: 20
                    promotion: gate
                    gates: ["log_loss<=production+0.001"]
                """
            try Data(text.utf8).write(to: URL(filePath: config))
        }

        func run(_ arguments: String...) throws -> ProgramRun {
            try ProgramRun(trainer: ["schedule"] + arguments + ["--config", config])
        }

        var hasState: Bool {
            FileManager.default.fileExists(atPath: "\(fixture.directory.path)/.schedule/state.json")
        }
    }

    /// A schedule that is under way, and its standard error.
    private final class Running {
        private let process = Process()
        private let pipe = Pipe()
        private var text = ""

        init(_ config: String) throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            process.executableURL = URL(filePath: own).deletingLastPathComponent().appending(path: "hearth-trainer")
            process.arguments = ["schedule", "--config", config]
            process.standardError = pipe
            process.standardOutput = FileHandle.nullDevice
            try process.run()
        }

        /// Returns when it has said `words`, or is at its end.
        func wait(for words: String) {
            while !text.contains(words) {
                let data = pipe.fileHandleForReading.availableData
                if data.isEmpty { return }
                text += String(decoding: data, as: UTF8.self)
            }
        }

        /// Sends SIGTERM; returns the exit status and all that was said.
        func stop() -> (status: Int32, text: String) {
            process.terminate()
            process.waitUntilExit()
            wait(for: "\u{0}")
            return (process.terminationReason == .exit ? process.terminationStatus : -1, text)
        }
    }

    @Test func `R151, R154: a job that ran is in production, and status says so`() throws {
        let place = try Place()
        let plan = try place.run("--dry-run")
        #expect(plan.status == 0)
        #expect(plan.output.contains("weekly  gradient_boosting.BTC-USDT.1h  wait (new)"))
        #expect(!place.hasState)
        let first = try place.run("--once")
        #expect(first.status == 0)
        #expect(first.errors.contains("weekly: seen for the first time; due next 20"))
        let before = try place.run("status")
        #expect(
            before.output.hasPrefix("JOB     LAST RUN  OUTCOME  RESULT  GATES  IN PRODUCTION  PROMOTED AT  NEXT RUN"))
        for _ in 0..<2 {
            let run = try place.run("--once", "--job", "weekly", "--now")
            #expect(run.status == 0)
            #expect(run.errors.contains("in production now; gates: "), "\(run.errors)")
        }
        let status = try place.run("status", "--json")
        guard case .array(let jobs)? = status.members["jobs"], case .object(let job)? = jobs.first else {
            Issue.record("\(status.output) \(status.errors)")
            return
        }
        let newest = try #require(try place.fixture.registry.versions(of: nil, limit: 1).first)
        #expect(job["production_model_id"] == .string(newest.modelID.text))
        #expect(job["model_id"] == job["production_model_id"])
        #expect(job["promoted"] == .bool(true))
        #expect(job["promoted_at"] != .null)
        #expect(job["outcome"] == .string("trained"))
        #expect(try place.run("status").output.contains("\(newest.modelID)*"))
    }

    @Test func `a person promotes the result of a job; one whose gates failed only by force, with a reason`() throws {
        let place = try Place()
        let text = try String(contentsOfFile: place.config, encoding: .utf8)
        func write(gate: String) throws {
            let changed = text.replacing("promotion: gate", with: "promotion: manual")
                .replacing("log_loss<=production+0.001", with: gate)
            try Data(changed.utf8).write(to: URL(filePath: place.config))
        }
        try write(gate: "log_loss<=9")
        #expect(try place.run("promote", "weekly").errors.contains("job 'weekly' has no result"))
        #expect(try place.run("--once", "--job", "weekly", "--now").errors.contains(", a candidate; gates: "))
        let promoted = try place.run("promote", "weekly")
        #expect(promoted.status == 0)
        #expect(promoted.output.hasSuffix(" is in production, generation 1\n"), "\(promoted.output)")
        #expect(try place.run("promote", "weekly").output.contains("is in production already, generation 1"))
        try write(gate: "log_loss<=0.0001")
        #expect(try place.run("--once", "--job", "weekly", "--now").status == 0)
        let refused = try place.run("promote", "weekly")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("is not promoted: metric log_loss<=0.0001: "), "\(refused.errors)")
        #expect(try place.run("promote", "weekly", "--force").status == 64)
        let forced = try place.run("promote", "weekly", "--force", "--reason", "for the test")
        #expect(forced.output.contains("generation 2, replaces "), "\(forced.errors)")
        let reasons = try place.fixture.registry.events(after: 0, limit: 100).map(\.reason)
        #expect(reasons.contains { $0.hasPrefix("for the test (by force; metric log_loss<=0.0001: ") })
        #expect(try place.run("promote", "wekly").errors.contains("did you mean 'weekly'?"))
    }

    @Test func `a job that fails ends --once with 1, and status says why`() throws {
        let place = try Place()
        try FileManager.default.removeItem(atPath: place.fixture.training.folder.file("data.csv"))
        let run = try place.run("--once", "--job", "weekly", "--now")
        #expect(run.status == 1)
        #expect(run.errors.contains("weekly: failed: "))
        #expect(try place.run("status").output.contains("\nweekly: "))
    }

    @Test func `a schedule that waits ends at once when it is stopped`() throws {
        let place = try Place()
        let running = try Running(place.config)
        running.wait(for: "seen for the first time")
        let (status, text) = running.stop()
        #expect(status == 0)
        #expect(text.hasSuffix(" stopped\n"), "\(text)")
    }

    @Test func `a stop in the middle of a training leaves nothing half written, and the job is done again`() throws {
        // Due every minute, and known to the state for an hour.
        let place = try Place(rounds: 10_000, cron: "* * * * *")
        let folder = try ScheduleFolder("\(place.fixture.directory.path)/.schedule")
        try folder.update { state in
            state.jobs["weekly"] = .init(firstSeen: .init(microseconds: 1_735_689_600_000_000))
        }
        let running = try Running(place.config)
        running.wait(for: "training gradient_boosting.BTC-USDT.1h")
        let (status, text) = running.stop()
        #expect(status == 0)
        #expect(text.contains("weekly: stopped; it runs again at the next start"), "\(text)")
        #expect(try place.fixture.counts() == (rows: 0, folders: 0))
        let job = try #require(try folder.state().jobs["weekly"])
        #expect(job.outcome == .stopped)
        #expect(try place.run("--dry-run").output.contains("  run, "))
    }

    @Test func `what is wrong with the configuration is said with its place`() throws {
        let place = try Place()
        let text = try String(contentsOfFile: place.config, encoding: .utf8)
        try Data(text.replacing("lookback_days", with: "lookback_day").utf8).write(to: URL(filePath: place.config))
        let run = try place.run("--once")
        #expect(run.status == 1)
        #expect(run.errors.contains("system.yml:9:5: unknown key 'lookback_day'; did you mean 'lookback_days'?"))
        try Data(text.replacing("log_loss<=production", with: "log_loss=production").utf8)
            .write(to: URL(filePath: place.config))
        #expect(try place.run("--once").errors.contains("job weekly: 'log_loss=production+0.001' is no rule"))
        #expect(try place.run("--now").status == 64)
    }
}
