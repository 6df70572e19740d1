import HearthConfiguration
import HearthCore
import HearthMarket
import HearthRegistry
import HearthTraining
import Synchronization
import Testing

struct ScheduledTrainingTests {
    /// Gates that answer what they are told, and note what they were asked.
    private final class Gates: Sendable {
        let asked = Mutex<[(candidate: ModelVersion, production: ModelVersion?, rules: [String])]>([])
        let verdict: String

        init(_ verdict: String) {
            self.verdict = verdict
        }
    }

    private static func job(_ fixture: BarsFixture, _ bars: [Bar], promotion: ScheduleJob.Promotion) throws
        -> ScheduleJob
    {
        var job = try ScheduleFixture.job { $0.learner = .logisticRegression }
        job.data = try fixture.write(bars)
        job.promotion = promotion
        job.gates = ["accuracy>=production"]
        return job
    }

    private static func run(
        _ fixture: BarsFixture, _ job: ScheduleJob, _ gates: Gates, control: TrainingControl = TrainingControl()
    ) throws -> ScheduleResult {
        try ScheduledTraining(
            configuration: SystemConfiguration(), directory: fixture.directory, registry: fixture.registry,
            actor: "test"
        ) { candidate, production, rules in
            gates.asked.withLock { $0.append((candidate, production, rules)) }
            return [ScheduleVerdict(gate: "accuracy", outcome: gates.verdict, detail: "as told")]
        }.run(job, control: control)
    }

    // R138, R150, R152
    @Test func `a job gives a candidate, trained on the last days, with its verdicts; a person promotes it`() throws {
        let fixture = try BarsFixture()
        let gates = Gates("passed")
        let result = try Self.run(fixture, try Self.job(fixture, fixture.bars, promotion: .manual), gates)
        #expect(!result.isPromoted)
        #expect(result.message == nil)
        #expect(result.verdicts.map(\.gate) == ["accuracy"])
        let version = try #require(try fixture.registry.version(result.modelID))
        #expect(version.status == .candidate)
        #expect(version.parametersJSON.contains("\"lookback_days\":30"))
        // 30 days of hourly bars, the last fifth of them for the test.
        let last = try #require(fixture.bars.last)
        #expect(version.parametersJSON.contains("\"test_end\":\"\(last.closeTime.iso8601)\""))
        #expect(try fixture.registry.productionPointer(of: version.name) == nil)
        #expect(gates.asked.withLock { $0.map(\.rules) } == [["accuracy>=production"]])
    }

    @Test func `R154: with promotion by gate the candidate comes into production, and the registry says by which job`()
        throws
    {
        let fixture = try BarsFixture()
        let result = try Self.run(
            fixture, try Self.job(fixture, fixture.bars, promotion: .gate), Gates("passed"))
        #expect(result.isPromoted)
        let version = try #require(try fixture.registry.version(result.modelID))
        #expect(version.status == .production)
        #expect(version.promotedBy == "test")
        #expect(version.promotedAt != nil)
        let events = try fixture.registry.events(after: 0, limit: 100)
        #expect(events.contains { $0.kind == .promoted && $0.reason == "job weekly: no gate failed" })
    }

    @Test func `a gate that fails keeps the candidate out of production, and says which`() throws {
        let fixture = try BarsFixture()
        let result = try Self.run(fixture, try Self.job(fixture, fixture.bars, promotion: .gate), Gates("failed"))
        #expect(!result.isPromoted)
        #expect(result.message == "not promoted: accuracy: as told")
        #expect(try fixture.registry.version(result.modelID)?.status == .candidate)
    }

    @Test func `R152: the version in production is measured on the window of the new one`() throws {
        let fixture = try BarsFixture()
        let first = try Self.run(
            fixture, try Self.job(fixture, Array(fixture.bars.prefix(1000)), promotion: .gate), Gates("passed"))
        let gates = Gates("passed")
        let second = try Self.run(fixture, try Self.job(fixture, fixture.bars, promotion: .gate), gates)
        let asked = try #require(gates.asked.withLock { $0.first })
        let measured = try #require(asked.production)
        let stored = try #require(try fixture.registry.version(first.modelID))
        #expect(measured.modelID == first.modelID)
        #expect(measured.metricsJSON != stored.metricsJSON)
        func window(_ version: ModelVersion) throws -> [String] {
            let parameters = try #require(version.parametersJSON.firstRange(of: "\"test_end\""))
            return [String(version.parametersJSON[parameters.lowerBound...].prefix(45))]
        }
        #expect(try window(measured) == window(asked.candidate))
        #expect(try window(stored) != window(asked.candidate))
        #expect(second.isPromoted)
        #expect(try fixture.registry.version(first.modelID)?.status != .production)
    }

    @Test func `the same training measured again on its own window gives its own figures`() throws {
        let fixture = try BarsFixture()
        let job = try Self.job(fixture, fixture.bars, promotion: .gate)
        _ = try Self.run(fixture, job, Gates("passed"))
        let gates = Gates("passed")
        _ = try Self.run(fixture, job, gates)
        let asked = try #require(gates.asked.withLock { $0.first })
        let measured = try #require(asked.production)
        for name in ["\"cum_return\":", "\"roc_auc\":", "\"log_loss\":"] {
            func figure(_ version: ModelVersion) throws -> Substring {
                let start = try #require(version.metricsJSON.firstRange(of: name)).upperBound
                return version.metricsJSON[start...].prefix { $0 != "," && $0 != "}" }
            }
            #expect(try figure(measured) == figure(asked.candidate), "\(name)")
        }
        #expect(measured.accuracy == asked.candidate.accuracy)
    }

    @Test func `a version in production that cannot be measured keeps the candidate out`() throws {
        let fixture = try BarsFixture()
        let job = try Self.job(fixture, fixture.bars, promotion: .gate)
        let first = try Self.run(fixture, job, Gates("passed"))
        try fixture.training.damage(first.modelID)
        let second = try Self.run(fixture, job, Gates("passed"))
        #expect(!second.isPromoted)
        #expect(second.verdicts.last?.gate == "comparison")
        #expect(second.message?.contains("the version in production cannot be measured on the new window") == true)
    }

    @Test func `a stop publishes nothing; too few bars leave a failed row`() throws {
        let fixture = try BarsFixture()
        var job = try Self.job(fixture, fixture.bars, promotion: .gate)
        let stop = StopFlag()
        stop.stop()
        let stopped = #expect(throws: TrainingError.self) {
            try Self.run(fixture, job, Gates("passed"), control: TrainingControl(stop: stop))
        }
        #expect(stopped?.code == .stopped)
        #expect(try fixture.counts() == (rows: 0, folders: 0))
        job.data = try fixture.write(Array(fixture.bars.prefix(20)))
        let failed = #expect(throws: TrainingError.self) { try Self.run(fixture, job, Gates("passed")) }
        #expect(failed?.code == .unusableData)
        #expect(try fixture.registry.versions(of: nil, limit: 10).map(\.status) == [.failed])
    }

    @Test func `a preset that there is not is told before anything is trained`() throws {
        var job = try ScheduleFixture.job()
        job.featurePreset = "magic"
        let error = #expect(throws: TrainingError.self) {
            try BarsTrainingRequest(job, in: SystemConfiguration())
        }
        #expect(error?.message == "the feature preset is 'magic'")
    }

    @Test func `the defaults of the configuration are those of the library`() throws {
        var job = try ScheduleFixture.job()
        func classifier(_ learner: TrainingSection.Learner) throws -> Classifier {
            job.learner = learner
            return try BarsTrainingRequest(job, in: SystemConfiguration()).classifier
        }
        #expect(try classifier(.gradientBoosting) == .gradientBoosting(BoostingParameters()))
        #expect(try classifier(.randomForest) == .randomForest(ForestParameters()))
        #expect(try classifier(.logisticRegression) == .logisticRegression(LogisticParameters()))
        job.lookbackDays = nil
        #expect(try BarsTrainingRequest(job, in: SystemConfiguration()).windows == TrainingWindows())
    }
}
