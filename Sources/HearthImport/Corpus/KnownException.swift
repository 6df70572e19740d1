/// Differences between libraries that a file does not tell apart, each with its reason (SKLEARN.md 4.2).
struct KnownException {
    /// What is reported for the array.
    var reason: String
    /// The largest difference of a value.
    var allowed: @Sendable (_ expected: Double) -> Double

    /// The exception that applies to an output of a case; nil when bits, or the bound of sums, must hold.
    static func applying(to example: CorpusCase, output: String) -> KnownException? {
        switch example.estimator {
        case "GradientBoostingClassifier" where output != "predict" && usesOtherSciPy(example.versions):
            return KnownException(
                reason: "4.2 c: SciPy's logit and logsumexp changed in 1.15, and the file does not say which was used",
                allowed: { 1e-15 * max(1, abs($0)) })
        case "LocalOutlierFactor" where output != "predict":
            return KnownException(
                reason: "4.2 b: distances by BLAS (algorithm 'brute')", allowed: { 32 * 0x1p-52 * max(1, abs($0)) })
        case "XGBClassifier", "XGBRegressor":
            guard output != "predict" || example.estimator == "XGBRegressor", example.name.contains("dart"),
                example.versions["xgboost"]?.hasPrefix("2.1.") == true
            else { return nil }
            return KnownException(
                reason: "4.2 d: dart in XGBoost 2.1 differs by a unit of single precision",
                allowed: { 0x1p-23 * max(0x1p-20, abs($0)) })
        default: return nil
        }
    }

    /// scikit-learn up to 1.4 is taken to have run with SciPy before 1.15, later ones with a newer one.
    private static func usesOtherSciPy(_ versions: [String: String]) -> Bool {
        guard let sklearn = versions["sklearn"].flatMap(Self.pair), let scipy = versions["scipy"].flatMap(Self.pair)
        else { return false }
        return (sklearn >= (1, 5)) != (scipy >= (1, 15))
    }

    private static func pair(_ version: String) -> (Int, Int)? {
        let parts = version.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        return (major, minor)
    }
}
