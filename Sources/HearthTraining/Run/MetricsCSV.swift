package import HearthArtifacts

/// `metrics.csv` of a version (R131): one measure per line, those that are unknown left empty.
package enum MetricsCSV {
    /// The file.
    package static func text(_ metrics: [String: JSONValue]) -> [UInt8] {
        let lines = metrics.keys.sorted().map { "\($0),\(field(metrics[$0]))\n" }
        return Array(("metric,value\n" + lines.joined()).utf8)
    }

    private static func field(_ value: JSONValue?) -> String {
        switch value {
        case .number(let number): "\(number)"
        case .integer(let number): "\(number)"
        case .bool, .string, .array, .object, .null, nil: ""
        }
    }
}
