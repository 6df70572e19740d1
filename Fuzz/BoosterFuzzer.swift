import HearthArtifacts

/// Files of XGBoost and LightGBM through everything between bytes and answers.
///
/// What it looks for are traps, reads out of bounds, and definitions that pass but cannot be packed or served.
enum BoosterFuzzer {
    static func run(_ bytes: [UInt8]) {
        do throws(ArtifactError) {
            Answers.require(of: try BoosterConverter.model(bytes, path: "input").definition)
            // Other uses of the same file, which may refuse it.
            let options = XGBoostOptions(missing: 0, rounds: .all, role: .regressor, dartSums: .inPlace)
            if BoosterFormat.sniff(bytes) == .lightGBMText {
                let text = LightGBMOptions(rounds: .first(1), role: .regressor)
                Answers.require(
                    of: try BoosterConverter.model(lightGBMText: bytes, path: "input", options: text).definition)
            } else {
                Answers.require(
                    of: try BoosterConverter.model(xgboost: bytes, path: "input", options: options).definition)
            }
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error says what was found and the mend")
            precondition((error.byteOffset ?? 0) <= bytes.count, "an error's place lies in the file")
        }
    }
}
