/// One value of a configuration file and where it stands.
struct ConfigurationNode: Sendable {
    /// What stands there.
    enum Content: Sendable {
        /// A single value; plain when it stands without quotes.
        case scalar(String, isPlain: Bool)
        case mapping([Entry])
        case sequence([ConfigurationNode])
    }

    /// A key with its value.
    struct Entry: Sendable {
        var key: String
        var place: Place
        var value: ConfigurationNode
    }

    /// A line and a column, both from 1; nil for what comes from the environment.
    struct Place: Sendable, Hashable {
        var line: Int
        var column: Int
    }

    var content: Content
    var place: Place?

    /// A value of the environment: as if it stood in the file without quotes.
    init(environment text: String) {
        content = .scalar(text, isPlain: true)
        place = nil
    }

    init(content: Content, place: Place) {
        self.content = content
        self.place = place
    }

    /// Whether nothing is given: an empty value, `~` or `null` without quotes.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What stands here, for an error: `'abc'`, `a list`, `a mapping`, `nothing`.
    var found: String {
        switch content {
        case .scalar(let text, let isPlain):
            if isNull { return "nothing" }
            let limit = ConfigurationLimits.shownCharacterCountMax
            let shown = text.count > limit ? text.prefix(limit) + "…" : text[...]
            return isPlain ? "'\(shown)'" : "the text \"\(shown)\""
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        }
    }
}
