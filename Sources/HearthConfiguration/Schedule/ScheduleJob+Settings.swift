extension ScheduleJob {
    /// The most values of one parameter of a grid, and the most parameters.
    private static let gridValueCountMax = 64
    private static let gridAxisCountMax = 8

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
            optional: "test_days", \.testDays, .integer(1...36_600), variable: nil,
            "Of lookback_days the last ones: tested on, not learned from."),
        Setting(
            optional: "train_start", \.trainStart, .time, variable: nil,
            "Instead of lookback_days: learn from the bars that close from here on,"),
        Setting(optional: "train_end", \.trainEnd, .time, variable: nil, "and before this."),
        Setting(
            optional: "test_start", \.testStart, .time, variable: nil,
            "With train_start: test on the bars from here on,"),
        Setting(optional: "test_end", \.testEnd, .time, variable: nil, "and before this."),
        Setting(
            key: "grid", expected: "parameters of the learner, each with a list of numbers",
            summary: "Values to try; every combination is trained, the best is published.", variable: nil,
            isRequired: false,
            assign: { (job, node) throws(Setting<ScheduleJob>.Problems) in job.grid = try grid(node) },
            text: { job in
                let axes = job.grid.map { axis in
                    "\(axis.parameter): [" + axis.values.map(SettingText.short).joined(separator: ", ") + "]"
                }
                return axes.isEmpty ? nil : "{" + axes.joined(separator: ", ") + "}"
            }),
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

    private static func grid(_ node: ConfigurationNode) throws(Setting<ScheduleJob>.Problems) -> [GridAxis] {
        guard case .mapping(let entries) = node.content, entries.count <= gridAxisCountMax else {
            throw .init(list: [
                .init(
                    place: node.place,
                    message: "\(node.found) found, expected a mapping of at most \(gridAxisCountMax) parameters",
                    hint: "such as {max_depth: [3, 5], learning_rate: [0.05, 0.1]}")
            ])
        }
        var (axes, problems): ([GridAxis], [Setting<ScheduleJob>.Problem]) = ([], [])
        let known = TrainingSection.parameterNames
        for entry in entries {
            guard known.contains(entry.key) else {
                let meant = NearestName.of(entry.key, among: known).map { "did you mean '\($0)'?" }
                problems.append(
                    .init(
                        place: entry.place, message: "'\(entry.key)' is no parameter of a learner",
                        hint: meant ?? "known are \(known.joined(separator: ", "))"))
                continue
            }
            do throws(Setting<ScheduleJob>.Problems) {
                let values = try Setting<ScheduleJob>.values(
                    entry.value, .number(0...1e9), countMax: gridValueCountMax)
                axes.append(GridAxis(parameter: entry.key, values: values))
            } catch {
                problems += error.list
            }
        }
        guard problems.isEmpty else { throw .init(list: problems) }
        return axes
    }
}

extension TrainingSection {
    /// The parameters of all learners that a grid may vary.
    static let parameterNames: [String] = {
        let settings = BoostingSettings.settings + ForestSettings.settings + LogisticSettings.settings
        return Set(settings.compactMap { $0.key.split(separator: ".").last.map(String.init) }).sorted()
    }()
}
