import HearthArtifacts
import HearthRegistry

/// Importances of columns, for `meta.json` and `feature_importances.csv` (R132, R133).
enum ImportanceTable {
    /// By name.
    static func members(_ names: [String], _ values: [Double]) -> [String: JSONValue] {
        Dictionary(zip(names, values.map(JSONValue.number))) { first, _ in first }
    }

    /// `feature,importance`, the greatest first, equal ones in the order of the columns.
    static func csv(_ names: [String], _ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        DelimitedText.append(["feature", "importance"], to: &bytes)
        let sorted = zip(names, values).enumerated().sorted {
            ($1.element.1, $0.offset) < ($0.element.1, $1.offset)
        }
        for (_, (name, value)) in sorted { DelimitedText.append([name, "\(value)"], to: &bytes) }
        return bytes
    }
}
