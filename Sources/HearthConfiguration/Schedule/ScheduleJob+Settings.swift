extension ScheduleJob {
    static let settings: [Setting<ScheduleJob>] = [
        Setting(
            optional: "name", \.name, .name("a name"), variable: nil, isRequired: true,
            "The job's name in the state file, in logs and in --job."),
        Setting(
            key: "cron", expected: "five fields: minute hour day-of-month month day-of-week",
            summary: "When it is due, as in crontab(5), in UTC; in quotes where it begins with '*'.", variable: nil,
            isRequired: true,
            assign: { (job, node) throws(Setting<ScheduleJob>.Problems) in job.cron = try cron(node) },
            text: { $0.cron.map { "\"\($0)\"" } }),
        Setting(
            "every_weeks", \.everyWeeks, .integer(1...52), variable: nil,
            "Of the weeks that cron names only each so-manyth, counted from 1970-01-05: 2 is fortnightly."),
        Setting(
            optional: "symbol", \.symbol, .line("a symbol", charactersMax: 64), variable: nil,
            "What is traded; that of market: unless given."),
        Setting(
            optional: "timeframe", \.timeframe, .timeframe, variable: nil,
            "How long a bar lasts; that of market: unless given."),
        Setting(optional: "data", \.data, .path, variable: nil, isRequired: true, "The file of bars, CSV or NDJSON."),
        Setting("learner", \.learner, .choice, variable: nil, "What learns; that of training: unless given."),
        Setting(
            "feature_preset", \.featurePreset, .name("the name of a preset"), variable: nil,
            "The preset of features; that of training: unless given."),
        Setting(
            optional: "lookback_days", \.lookbackDays, .integer(1...36_600), variable: nil,
            "Train on the bars of so many days up to the last bar."),
        Setting(
            "test_fraction", \.testFraction, .number(0...0.9, isAbove: true), variable: nil,
            "The last share of the bars: tested on, not learned from; that of training: unless given."),
        Setting(
            optional: "train_start", \.trainStart, .time, variable: nil,
            "Instead of lookback_days: learn from the bars that close from here on,"),
        Setting(optional: "train_end", \.trainEnd, .time, variable: nil, "and before this."),
        Setting(
            optional: "test_start", \.testStart, .time, variable: nil,
            "With train_start: test on the bars from here on,"),
        Setting(optional: "test_end", \.testEnd, .time, variable: nil, "and before this."),
        Setting(
            "promotion", \.promotion, .choice, variable: nil,
            "gate: into production when no gate fails; manual: stays a candidate for a person to promote."),
        Setting(
            list: "gates", \.gates, .line("a rule such as 'sharpe>=production'", charactersMax: 128), countMax: 32,
            "Rules of the gates besides those that always hold, as in 'hearth models compare --rule'."),
        Setting(
            "catch_up", \.catchesUp, .flag, variable: nil,
            "After a time in which nothing ran: make up for what was missed, with one run."),
    ]

    private static func cron(_ node: ConfigurationNode) throws(Setting<ScheduleJob>.Problems) -> CronExpression {
        let text = try Setting<ScheduleJob>.value(node, .line("a cron expression", charactersMax: 256))
        do {
            return try CronExpression(text)
        } catch {
            throw .init(list: [.init(place: node.place, message: error.message, hint: error.hint)])
        }
    }
}
