import HearthArtifacts

/// One feature of a schema: what is computed, with which parameters, into which column.
package struct FeatureDefinition: Sendable, Equatable {
    /// The column, such as `rsi_14`; unique within a schema.
    package var name: String
    /// What is computed, such as `rsi`.
    package var kind: String
    /// The parameters of the computation by name, such as `period`: 14.
    package var parameters: [String: Double]

    package init(name: String, kind: String, parameters: [String: Double] = [:]) {
        self.name = name
        self.kind = kind
        self.parameters = parameters
    }

    var json: JSONValue {
        .object([
            "name": .string(name), "kind": .string(kind), "parameters": .object(parameters.mapValues(JSONValue.number)),
        ])
    }

    /// Reads what ``json`` wrote; nil for anything else.
    init?(json: JSONValue) {
        guard case .object(let members) = json, case .string(let name)? = members["name"],
            case .string(let kind)? = members["kind"], case .object(let values)? = members["parameters"]
        else { return nil }
        var parameters: [String: Double] = [:]
        for (key, value) in values {
            switch value {
            case .number(let number): parameters[key] = number
            case .integer(let number): parameters[key] = Double(number)
            case .null, .bool, .string, .array, .object: return nil
            }
        }
        self.init(name: name, kind: kind, parameters: parameters)
    }
}
