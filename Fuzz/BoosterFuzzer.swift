import HearthArtifacts
import HearthKernels
import HearthModel

/// Files of XGBoost and LightGBM through everything between bytes and answers.
///
/// What it looks for are traps, reads out of bounds, and definitions that pass but cannot be packed or served.
enum BoosterFuzzer {
    static func run(_ bytes: [UInt8]) {
        do throws(ArtifactError) {
            try serve(BoosterConverter.model(bytes, path: "input"))
            // Other uses of the same file, which may refuse it.
            let options = XGBoostOptions(missing: 0, rounds: .all, role: .regressor, dartSums: .inPlace)
            if BoosterFormat.sniff(bytes) == .lightGBMText {
                let text = LightGBMOptions(rounds: .first(1), role: .regressor)
                try serve(BoosterConverter.model(lightGBMText: bytes, path: "input", options: text))
            } else {
                try serve(BoosterConverter.model(xgboost: bytes, path: "input", options: options))
            }
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error says what was found and the mend")
            precondition((error.byteOffset ?? 0) <= bytes.count, "an error's place lies in the file")
        }
    }

    private static func serve(_ model: BoosterModel) {
        let columnCount = model.definition.signature.columnCount
        do throws(ModelError) {
            let served = try ServableModel(PackedModel.pack(model.definition))
            for value in [0.0, -0.5, 1e20, .nan] {
                do throws(RowProblem) {
                    _ = try served.outputs(of: [Double](repeating: value, count: columnCount))
                } catch {
                    precondition(value.isNaN, "a finite row was refused")
                }
            }
        } catch {
            preconditionFailure("what was converted is served: \(error)")
        }
    }
}
