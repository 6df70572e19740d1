import HearthArtifacts
import HearthRegistry

/// The importances that an estimator has, for `meta.json` and `feature_importances.csv` (R132, R133).
struct FeatureImportances {
    /// In the order of the columns. A column without a name is called as XGBoost calls it: `f0`, `f1`, ...
    let values: [(name: String, value: Double)]

    /// nil for an estimator that has none: they are never made up.
    init?(_ file: ImportedFile) {
        guard let facts = file.model?.facts, !facts.featureImportances.isEmpty else { return nil }
        let names = facts.featureNames
        values = facts.featureImportances.enumerated().map { index, value in
            (names.indices.contains(index) ? names[index] : "f\(index)", value)
        }
    }

    /// By name.
    var metadata: [String: JSONValue] {
        Dictionary(values.map { ($0.name, .number($0.value)) }) { first, _ in first }
    }

    /// `feature,importance`, the greatest first.
    var csv: [UInt8] {
        var bytes: [UInt8] = []
        DelimitedText.append(["feature", "importance"], to: &bytes)
        let sorted = values.enumerated().sorted {
            ($1.element.value, $0.offset) < ($0.element.value, $1.offset)
        }
        for (_, feature) in sorted { DelimitedText.append([feature.name, "\(feature.value)"], to: &bytes) }
        return bytes
    }
}
