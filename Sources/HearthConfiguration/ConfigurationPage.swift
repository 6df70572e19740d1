/// The page Configuration: every key with its default, its variable and what it is for, made from the settings.
///
/// `hearth config keys` prints it, and a test holds the page of the repository against it.
package enum ConfigurationPage {
    /// Markdown.
    package static var text: String {
        var lines = [
            "# Configuration", "",
            "Every key of `config/system.yml`: written by `hearth config keys` from the code that reads it.", "",
            "A key that the file does not have has its default. A variable of the environment goes before both; one",
            "that is empty counts as not set, and `null` means none where a default is none or a value may be empty.",
            "Unknown and double keys, anchors and a second document are refused. Relative paths start where the",
            "program was started.",
        ]
        var section = ""
        let defaults = SystemConfiguration()
        for setting in SystemConfiguration.settings {
            let parts = setting.key.split(separator: ".").map(String.init)
            let own = parts.dropLast().joined(separator: ".")
            if own != section {
                section = own
                lines += ["", "## \(own)", "", "| key | default | environment | what it is |", "|---|---|---|---|"]
            }
            let name = parts[parts.count - 1]
            let value = setting.text(defaults).map { "`\($0)`" } ?? "none"
            let variable = setting.variable.map { "`\($0)`" } ?? ""
            lines.append("| `\(name)` | \(value) | \(variable) | \(setting.summary) Expected: \(setting.expected). |")
        }
        lines += [
            "", "## schedule", "",
            "A list of jobs for `hearth-trainer schedule`, each a mapping with these keys. Lists have no variables.",
            "",
            "| key | default | what it is |", "|---|---|---|",
        ]
        let job = ScheduleJob(market: defaults.market, training: defaults.training)
        for setting in SystemConfiguration.jobSettings {
            let value = setting.isRequired ? "must be given" : setting.text(job).map { "`\($0)`" } ?? "none"
            lines.append("| `\(setting.key)` | \(value) | \(setting.summary) Expected: \(setting.expected). |")
        }
        lines += [
            "",
            "A job has `lookback_days`, or `train_start` and `train_end` with or without `test_start` and `test_end`.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
