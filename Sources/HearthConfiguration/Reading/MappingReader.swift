/// Reads one mapping into a section: known keys through their settings, everything else is an error.
struct MappingReader<Section: Sendable> {
    let settings: [Setting<Section>]
    let path: String
    var errors: [ConfigurationError] = []
    /// The lines of the keys that were found.
    var lines: [String: Int] = [:]

    init(_ settings: [Setting<Section>], path: String) {
        self.settings = settings
        self.path = path
    }

    /// Reads `entries`, whose keys begin with `prefix` in the settings; `others` are keys that the caller reads.
    mutating func read(
        _ entries: [ConfigurationNode.Entry], into section: inout Section, prefix: String = "", others: [String] = []
    ) {
        for entry in entries where !others.contains(entry.key) {
            let key = prefix + entry.key
            if let setting = settings.first(where: { $0.key == key }) {
                lines[key] = entry.place.line
                do throws(Setting<Section>.Problems) {
                    try setting.assign(&section, entry.value)
                } catch {
                    for problem in error.list {
                        let place = problem.place ?? entry.place
                        report(place, "\(key): \(problem.message)", problem.hint)
                    }
                }
            } else if settings.contains(where: { $0.key.hasPrefix(key + ".") }) {
                readInner(entry, key, into: &section)
            } else {
                refuse(entry, prefix: prefix, others: others)
            }
        }
    }

    private mutating func readInner(_ entry: ConfigurationNode.Entry, _ key: String, into section: inout Section) {
        if entry.value.isNull { return }
        guard case .mapping(let inner) = entry.value.content else {
            report(
                entry.value.place ?? entry.place, "\(key): \(entry.value.found) found, expected a mapping of keys",
                "write its keys below it, each on a line and indented by two blanks")
            return
        }
        read(inner, into: &section, prefix: key + ".")
    }

    private mutating func refuse(_ entry: ConfigurationNode.Entry, prefix: String, others: [String]) {
        var known: [String] = []
        for setting in settings where setting.key.hasPrefix(prefix) {
            let name = setting.key.dropFirst(prefix.count).prefix { $0 != "." }
            if !known.contains(String(name)) { known.append(String(name)) }
        }
        known += others
        let limit = ConfigurationLimits.shownCharacterCountMax
        let shown = entry.key.count > limit ? entry.key.prefix(limit) + "…" : entry.key[...]
        // The key may be right and the section wrong.
        let elsewhere = settings.first { setting in
            setting.key.split(separator: ".").last.map(String.init) == entry.key && setting.key.contains(".")
        }
        let hint =
            NearestName.of(entry.key, among: known).map { "did you mean '\($0)'?" }
            ?? elsewhere.map { "it belongs to \($0.key)" } ?? "known here are \(known.joined(separator: ", "))"
        report(entry.place, "unknown key '\(shown)'" + (prefix.isEmpty ? "" : " in \(prefix.dropLast())"), hint)
    }

    mutating func report(_ place: ConfigurationNode.Place?, _ message: String, _ hint: String) {
        errors.append(
            ConfigurationError(path: path, line: place?.line, column: place?.column, message, hint: hint))
    }
}
