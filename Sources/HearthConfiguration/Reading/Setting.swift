/// One key of a section: its name, its documentation, and how its value is read and shown.
///
/// The reader, `hearth config show` and the page Configuration are all made from these, so they cannot differ.
package struct Setting<Section: Sendable>: Sendable {
    /// What is wrong with a value.
    struct Problem: Error {
        var place: ConfigurationNode.Place?
        var message: String
        var hint = ""
    }

    /// The key with its section, such as `live.deadline_percent`; in a list of jobs the key alone.
    package let key: String
    /// What may stand there, such as `a number from 0 to 100`.
    package let expected: String
    /// What it is for, with the unit.
    package let summary: String
    /// The environment variable that overrides it; nil within lists.
    package let variable: String?
    /// Whether the file must have it.
    package let isRequired: Bool
    /// Reads a value; throws what is wrong with it.
    let assign: @Sendable (inout Section, ConfigurationNode) throws(Problems) -> Void
    /// The value as it would stand in the file; nil for none.
    package let text: @Sendable (Section) -> String?

    /// Several problems of one value.
    struct Problems: Error {
        var list: [Problem]
    }
}

extension Setting {
    /// A key that always has a value.
    init<Value: Sendable>(
        _ key: String, _ path: any WritableKeyPath<Section, Value> & Sendable, _ form: SettingForm<Value>,
        variable: String?,
        _ summary: String
    ) {
        self.init(
            key: key, expected: form.expected, summary: summary, variable: variable, isRequired: false,
            assign: { (section, node) throws(Problems) in section[keyPath: path] = try Self.value(node, form) },
            text: { form.text($0[keyPath: path]) })
    }

    /// A key that may have none, or must be given.
    init<Value: Sendable>(
        optional key: String, _ path: any WritableKeyPath<Section, Value?> & Sendable, _ form: SettingForm<Value>,
        variable: String?, isRequired: Bool = false, _ summary: String
    ) {
        self.init(
            key: key, expected: form.expected, summary: summary, variable: variable, isRequired: isRequired,
            assign: { (section, node) throws(Problems) in
                section[keyPath: path] = node.isNull && !isRequired ? nil : try Self.value(node, form)
            },
            text: { $0[keyPath: path].map(form.text) })
    }

    /// A list of values of one form.
    init<Value: Sendable>(
        list key: String, _ path: any WritableKeyPath<Section, [Value]> & Sendable, _ form: SettingForm<Value>,
        countMax: Int,
        _ summary: String
    ) {
        self.init(
            key: key, expected: "a list, each \(form.expected)", summary: summary, variable: nil, isRequired: false,
            assign: { (section, node) throws(Problems) in
                section[keyPath: path] = try Self.values(node, form, countMax: countMax)
            },
            text: { section in
                let values = section[keyPath: path]
                return values.isEmpty ? nil : "[" + values.map(form.text).joined(separator: ", ") + "]"
            })
    }

    /// One value; throws the problem with it.
    static func value<Value>(_ node: ConfigurationNode, _ form: SettingForm<Value>) throws(Problems) -> Value {
        if case .scalar(let text, let isPlain) = node.content, !node.isNull, let value = form.parse(text, isPlain) {
            return value
        }
        throw Problems(list: [
            Problem(place: node.place, message: "\(node.found) found, expected \(form.expected)", hint: form.hint)
        ])
    }

    /// The values of a list; throws the problems of all of them.
    static func values<Value>(
        _ node: ConfigurationNode, _ form: SettingForm<Value>, countMax: Int
    ) throws(Problems) -> [Value] {
        guard case .sequence(let items) = node.content, items.count <= countMax else {
            throw Problems(list: [
                Problem(
                    place: node.place, message: "\(node.found) found, expected a list of at most \(countMax) values",
                    hint: "such as [a, b]")
            ])
        }
        var (values, problems): ([Value], [Problem]) = ([], [])
        for item in items {
            do throws(Problems) { values.append(try value(item, form)) } catch { problems += error.list }
        }
        guard problems.isEmpty else { throw Problems(list: problems) }
        return values
    }
}
