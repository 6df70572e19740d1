import HearthCore

/// The steps from a parsed file and an environment to a ``LoadedConfiguration``; all errors are gathered on the way.
struct ConfigurationReading {
    let path: String
    private var configuration = SystemConfiguration()
    private var origins: [String: LoadedConfiguration.Origin] = [:]
    private var errors: [ConfigurationError] = []
    private var environmentErrors: [ConfigurationError] = []
    private var schedule: ConfigurationNode.Entry?
    private var jobLines: [[String: Int]] = []

    init(path: String) {
        self.path = path
    }

    /// Reads every key but those of the schedule, whose defaults depend on them.
    mutating func readFile(_ root: ConfigurationNode?) {
        guard let root, !root.isNull else { return }
        guard case .mapping(let entries) = root.content else {
            errors.append(
                ConfigurationError(
                    path: path, line: root.place?.line, column: root.place?.column,
                    "\(root.found) found, expected sections", hint: "such as 'live:' with its keys below"))
            return
        }
        var reader = MappingReader(SystemConfiguration.settings, path: path)
        reader.read(entries, into: &configuration, others: [Self.scheduleKey])
        errors = reader.errors
        for (key, line) in reader.lines { origins[key] = .file(path: path, line: line) }
        schedule = entries.first { $0.key == Self.scheduleKey }
    }

    /// Lets variables override what the file says.
    mutating func readEnvironment(_ environment: (String) -> String?) {
        for setting in SystemConfiguration.settings {
            guard let variable = setting.variable, let text = environment(variable), !text.isEmpty else { continue }
            do throws(Setting<SystemConfiguration>.Problems) {
                try setting.assign(&configuration, ConfigurationNode(environment: text))
                origins[setting.key] = .environment(variable)
            } catch {
                environmentErrors += error.list.map { problem in
                    ConfigurationError(
                        path: "$\(variable)", "\(setting.key): \(problem.message)",
                        hint: problem.hint.isEmpty ? "change the variable, or unset it" : problem.hint)
                }
            }
        }
    }

    /// Reads the jobs, which begin with what the file says of all.
    mutating func readSchedule() {
        guard let schedule, !schedule.value.isNull else { return }
        guard case .sequence(let items) = schedule.value.content, items.count <= ConfigurationLimits.jobCountMax else {
            report(
                schedule.value.place ?? schedule.place,
                "schedule: \(schedule.value.found) found, expected a list of at most "
                    + "\(ConfigurationLimits.jobCountMax) jobs", "begin each job with '- name: NAME'")
            return
        }
        var firstLines: [String: Int] = [:]
        for item in items {
            let place = item.place ?? schedule.place
            guard case .mapping(let entries) = item.content else {
                report(place, "schedule: \(item.found) found, expected a job", "begin each job with '- name: NAME'")
                continue
            }
            var job = ScheduleJob(market: configuration.market, training: configuration.training)
            var reader = MappingReader(SystemConfiguration.jobSettings, path: path)
            reader.read(entries, into: &job)
            for setting in SystemConfiguration.jobSettings
            where setting.isRequired && reader.lines[setting.key] == nil {
                reader.report(place, "the job has no '\(setting.key)'", "give it \(setting.expected)")
            }
            if let name = job.name, let first = firstLines[name] {
                reader.report(
                    place, "a second job '\(name)' found; the first begins in line \(first)",
                    "give each job its own name")
            }
            if let name = job.name, firstLines[name] == nil { firstLines[name] = place.line }
            // What is missing may be what could not be read: that is told already.
            if reader.errors.isEmpty {
                for (problem, hint) in JobCheck.problems(of: job) { reader.report(place, problem, hint) }
            }
            errors += reader.errors
            configuration.schedule.append(job)
            jobLines.append(reader.lines)
        }
    }

    /// The configuration; throws ``ConfigurationErrors`` when anything was wrong.
    func result() throws(ConfigurationErrors) -> LoadedConfiguration {
        var all = errors.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) } + environmentErrors
        if all.isEmpty { all = crossErrors }
        guard all.isEmpty else {
            let rest = all.count - ConfigurationLimits.errorCountMax
            if rest > 0 {
                all.removeLast(rest)
                all.append(ConfigurationError(path: path, "\(rest) more errors", hint: "mend those above first"))
            }
            throw ConfigurationErrors(all)
        }
        return LoadedConfiguration(configuration: configuration, values: values)
    }

    /// What only shows when several keys are seen together.
    private var crossErrors: [ConfigurationError] {
        let decision = configuration.training.decision
        guard let short = decision.short, short >= decision.long else { return [] }
        let text = SettingText.short
        return [
            error(
                at: "training.decision.short",
                "training.decision.short is \(text(short)), expected less than training.decision.long, "
                    + text(decision.long), "lower it, or leave it out to never sell short")
        ]
    }

    /// An error about a key, at the place that its value comes from.
    private func error(at key: String, _ message: String, _ hint: String) -> ConfigurationError {
        switch origins[key] ?? .standard {
        case .standard: ConfigurationError(path: path, message, hint: hint)
        case .file(let path, let line): ConfigurationError(path: path, line: line, message, hint: hint)
        case .environment(let name): ConfigurationError(path: "$\(name)", message, hint: hint)
        }
    }

    private var values: [LoadedConfiguration.Value] {
        let settings = SystemConfiguration.settings.map { setting in
            LoadedConfiguration.Value(
                key: setting.key, text: setting.text(configuration), origin: origins[setting.key] ?? .standard)
        }
        let jobs = zip(configuration.schedule, jobLines).enumerated().flatMap { index, pair in
            SystemConfiguration.jobSettings.map { setting in
                LoadedConfiguration.Value(
                    key: "\(Self.scheduleKey)[\(index)].\(setting.key)", text: setting.text(pair.0),
                    origin: pair.1[setting.key].map { .file(path: path, line: $0) } ?? .standard)
            }
        }
        return settings + jobs
    }

    private mutating func report(_ place: ConfigurationNode.Place, _ message: String, _ hint: String) {
        errors.append(ConfigurationError(path: path, line: place.line, column: place.column, message, hint: hint))
    }

    private static let scheduleKey = "schedule"
}
