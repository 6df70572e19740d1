import HearthConfiguration
import HearthCore
import Testing

struct ScheduleJobTests {
    private static let start = """
        market: {symbol: BTC/USDT, timeframe: 15m}
        training: {learner: random_forest, test_fraction: 0.3}
        schedule:
          - name: a
            cron: 0 3 * * mon
            data: bars.csv

        """

    private static func job(_ lines: String) throws -> ScheduleJob {
        try #require(try ConfigurationFixture.load(start + lines).configuration.schedule.first)
    }

    // R152: lookback_days, or train_start, train_end, test_start, test_end.
    @Test func `a job takes from market and training what it does not say`() throws {
        let job = try Self.job("    lookback_days: 90\n")
        #expect(job.symbol == "BTC/USDT")
        #expect(job.timeframe == "15m")
        #expect(job.learner == .randomForest)
        #expect(job.testFraction == 0.3)
        #expect(job.lookbackDays == 90)
        #expect(job.promotion == .manual)
        #expect(job.catchesUp)
        let own = try Self.job(
            "    symbol: EURUSD\n    learner: logistic_regression\n    train_start: 2024-01-01\n"
                + "    train_end: 2024-06-01\n    test_start: 2024-06-01T12:00:00Z\n    test_end: 2024-07-01\n"
                + "    promotion: gate\n    gates: [sharpe>=production]\n")
        #expect(own.symbol == "EURUSD")
        #expect(own.learner == .logisticRegression)
        #expect(own.trainEnd?.iso8601 == "2024-06-01T00:00:00.000000Z")
        #expect(own.testStart?.iso8601 == "2024-06-01T12:00:00.000000Z")
        #expect(own.promotion == .gate)
        #expect(own.gates == ["sharpe>=production"])
    }

    @Test(arguments: [
        ("", "system.yml:4:5: neither lookback_days nor train_start with train_end found; such as lookback_days: 180"),
        (
            "    lookback_days: 9\n    train_start: 2024-01-01\n",
            "system.yml:4:5: both lookback_days and fixed windows found; keep lookback_days, or train_start and "
                + "train_end"
        ),
        (
            "    train_start: 2024-02-01\n    train_end: 2024-01-01\n",
            "system.yml:4:5: train_start is not before train_end; swap them"
        ),
        (
            "    train_start: 2024-01-01\n    train_end: 2024-02-01\n    test_start: 2024-01-15\n"
                + "    test_end: 2024-03-01\n",
            "system.yml:4:5: test_start is before train_end; what was learned from cannot be tested on; begin the test "
                + "later"
        ),
        (
            "    train_start: 2024-01-01\n    train_end: 2024-02-01\n    test_end: 2024-03-01\n",
            "system.yml:4:5: only one of test_start and test_end found; give both"
        ),
        (
            "    train_start: 20240101\n    train_end: 2024-02-01\n",
            "system.yml:7:18: train_start: '20240101' found, expected a time such as 2025-01-31 or "
                + "2025-01-31T14:00:00Z (UTC without an offset)"
        ),
        (
            "    lookback_days: 9\n    every_weeks: 0\n",
            "system.yml:8:18: every_weeks: '0' found, expected a whole number from 1 to 52"
        ),
        (
            "    lookback_days: 9\n    promote: gate\n",
            "system.yml:8:5: unknown key 'promote'; did you mean 'promotion'?"
        ),
        (
            "    lookback_days: 9\n  - name: a\n    lookback_days: 9\n",
            "system.yml:8:5: the job has no 'cron'; give it five fields: minute hour day-of-month month day-of-week\n"
                + "system.yml:8:5: the job has no 'data'; give it a path\n"
                + "system.yml:8:5: a second job 'a' found; the first begins in line 4; give each job its own name"
        ),
        (
            "    lookback_days: 9\n  - b\n",
            "system.yml:8:5: schedule: 'b' found, expected a job; begin each job with "
                + "'- name: NAME'"
        ),
    ]) func `what does not fit together is told at the job`(lines: String, errors: String) {
        #expect(ConfigurationFixture.errors(Self.start + lines) == errors)
    }

    @Test func `a wrong cron expression is told with its line and its field`() {
        #expect(
            ConfigurationFixture.errors(
                "market: {symbol: A, timeframe: 1h}\nschedule:\n  - name: a\n    cron: 0 25 * * *\n    data: b\n"
                    + "    lookback_days: 1\n")
                == "system.yml:4:11: cron: the hour is '25': '25' is none of its values; expected *, a number from 0 "
                + "to 23, a range a-b, a step /n, or a list of those")
    }

    @Test func `without a market a job must name its own`() {
        #expect(
            ConfigurationFixture.errors(
                "schedule:\n  - {name: a, cron: 0 3 * * 1, data: b, lookback_days: 1}\n")
                == "system.yml:2:5: the job has no 'symbol'; give it here, or for all jobs under market:")
    }

    @Test func `R150: a job runs weekly, or fortnightly with every_weeks 2`() throws {
        var job = try Self.job("    lookback_days: 90\n")
        var time = Timestamp(microseconds: 1_735_689_600_000_000)  // 2025-01-01
        for day in ["2025-01-06", "2025-01-13", "2025-01-20"] {
            time = try #require(job.next(after: time))
            #expect(time.iso8601 == "\(day)T03:00:00.000000Z")
        }
        job.everyWeeks = 2
        var last: Timestamp?
        for _ in 0..<30 {
            time = try #require(job.next(after: time))
            if let last { #expect(time.microseconds - last.microseconds == 14 * 86_400 * 1_000_000) }
            last = time
        }
    }

    @Test func `the latest time that is due equals a walk over all of them`() throws {
        var generator = SplitMix64(seed: 11)
        for expression in ["0 3 * * mon", "*/7 * * * *", "30 4 1,15 * *", "0 0 29 2 *", "0 12 * * *"] {
            for weeks in [1, 2, 3] {
                var job = try Self.job("    lookback_days: 90\n")
                job.cron = try CronExpression(expression)
                job.everyWeeks = weeks
                for _ in 0..<20 {
                    let base = Timestamp(microseconds: .random(in: 0...2_000_000_000_000_000, using: &generator))
                    let span = Int64.random(in: 0...(60 * 86_400 * 1_000_000), using: &generator)
                    let now = Timestamp(microseconds: base.microseconds + span)
                    var expected: Timestamp?
                    var time = base
                    while let next = job.next(after: time), next <= now { (expected, time) = (next, next) }
                    #expect(job.last(after: base, upTo: now) == expected, "\(expression) \(weeks) \(base) \(now)")
                }
            }
        }
    }

    @Test func `decades in which nothing ran are looked over at once`() throws {
        var job = try Self.job("    lookback_days: 90\n")
        job.cron = try CronExpression("* * * * *")
        let now = Timestamp(microseconds: 4_000_000_000_000_000)
        let last = try #require(job.last(after: Timestamp(microseconds: 0), upTo: now))
        #expect(now.microseconds - last.microseconds < 60_000_000)
        #expect(job.last(after: now, upTo: now) == nil)
        #expect(job.last(after: now, upTo: last) == nil)
    }
}
