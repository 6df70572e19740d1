import HearthArtifacts
import HearthRegistry

/// The specification's `ModelMetadata` as a Python program writes it (R130, R133).
enum PythonMetadata {
    /// The names that programs give the members, the specification's first.
    private static let columnKeys = ["feature_cols", "feature_columns", "feature_names", "features"]
    private static let importanceKeys = ["feature_importances", "feature_importance"]

    /// Reads `meta.json`: what the specification names becomes the members of that name, everything else is kept among
    /// the parameters.
    ///
    /// Throws ``VerifyError`` for what is no JSON object.
    static func read(_ bytes: [UInt8], path: String) throws(VerifyError) -> ModelMetadata {
        guard case .object(var members) = try JSONTree(bytes, path: path) else {
            throw VerifyError("\(path): something other than an object found")
        }
        func take(_ keys: [String]) -> JSONTree? {
            keys.compactMap { members.removeValue(forKey: $0) }.first
        }
        let columns = take(columnKeys)?.items?.compactMap(\.text) ?? []
        let importance = importance(take(importanceKeys), columns)
        let label = take(["label_config"])?.value ?? .null
        let metrics = take(["metrics"])?.members?.mapValues(\.value) ?? [:]
        let version = take(["pipeline_version"]).map(Self.version) ?? ""
        var parameters: [String: JSONValue] = [:]
        if case .object(let told) = members.removeValue(forKey: "parameters") {
            parameters = told.mapValues(\.value)
        }
        parameters.merge(members.mapValues(\.value)) { told, _ in told }
        return ModelMetadata(
            featureColumns: columns, labelConfig: label, pipelineVersion: version, metrics: metrics,
            featureImportance: importance, parameters: parameters)
    }

    /// The numbers of `feature_importances.csv`: name and number in the first two columns, or an index before them.
    static func importance(csv bytes: [UInt8]) -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for record in DelimitedText.records(of: bytes) {
            guard let number = record.cells.last.flatMap({ Double($0) }), number.isFinite, record.cells.count >= 2
            else { continue }
            found[record.cells[record.cells.count - 2]] = .number(number)
        }
        return found
    }

    /// A map of names to numbers, a list beside the columns, or a list of pairs.
    private static func importance(_ tree: JSONTree?, _ columns: [String]) -> [String: JSONValue] {
        if let members = tree?.members { return members.mapValues(\.value) }
        guard let items = tree?.items else { return [:] }
        var found: [String: JSONValue] = [:]
        for (index, item) in items.enumerated() {
            if case .number(let number) = item {
                if index < columns.count { found[columns[index]] = .number(number) }
            } else if let name = (item["feature"] ?? item.items?.first)?.text,
                case .number(let number) = item["importance"] ?? item.items?.last
            {
                found[name] = .number(number)
            }
        }
        return found
    }

    private static func version(_ tree: JSONTree) -> String {
        switch tree {
        case .text(let text): text
        case .number(let number): tree.integer.map(String.init) ?? "\(number)"
        case .null, .bool, .list, .object: ""
        }
    }
}

extension JSONTree {
    /// The same as `meta.json` keeps it; numbers that are none become null.
    fileprivate var value: JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let value): integer.map { .integer(Int64($0)) } ?? (value.isFinite ? .number(value) : .null)
        case .text(let text): .string(text)
        case .list(let items): .array(items.map(\.value))
        case .object(let members): .object(members.mapValues(\.value))
        }
    }
}
