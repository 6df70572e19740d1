import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// Models of XGBoost and LightGBM against the libraries themselves, bit for bit: every output of every row, rows on and
/// beside thresholds, both zeros, missing values, infinities where the library takes them, and categories never seen.
struct BoosterOutputTests {
    /// What is not computed, by the name of the case.
    static let refused: [String: String] = [
        "vector_leaf": "leaves of 2 values (multi_output_tree)",
        "linear_tree": "linear models in the leaves (linear_tree)",
    ]

    static func isRefused(_ booster: BoosterCase) -> Bool {
        refused[booster.name] != nil || booster.library.hasPrefix("lightgbm") && booster.name == "forest"
    }

    @Test(arguments: BoosterCase.all.filter { !isRefused($0) })
    func `a library's outputs are reproduced to the last bit`(booster: BoosterCase) throws {
        #expect(!booster.files.isEmpty)
        for file in booster.files {
            let model = try ServableModel(PackedModel.pack(booster.model(file).definition))
            #expect(model.signature.columnCount == booster.X.shape[1])
            let rows = booster.X.values
            let outputs = try model.outputs(of: rows)
            // Row by row goes through other code than a batch.
            let width = model.signature.columnCount
            let single = try stride(from: 0, to: rows.count, by: width).map { start in
                try model.outputs(of: Array(rows[start..<start + width]))
            }
            var start = 0
            var column = 0
            var compared: Set<String> = []
            for output in model.outputs {
                let count = booster.X.shape[0] * output.width
                let found = Array(outputs[start..<start + count])
                start += count
                let foundSingle = single.flatMap { $0[column..<column + output.width] }
                column += output.width
                guard let expected = booster.outputs[output.name]?.values else { continue }
                compared.insert(output.name)
                #expect(bits(found) == bits(expected), "\(file) \(output.name) in a batch")
                #expect(bits(foundSingle) == bits(expected), "\(file) \(output.name) row by row")
            }
            #expect(compared == Set(booster.outputs.keys), "\(file)")
        }
    }

    @Test(arguments: BoosterCase.all.filter { $0.inPlace != nil })
    func `dart as the scikit-learn wrappers compute it is reproduced to the last bit`(booster: BoosterCase) throws {
        let expected = try #require(booster.inPlace).values
        for file in booster.files {
            let definition = try booster.model(file, dartSums: .inPlace).definition
            let model = try ServableModel(PackedModel.pack(definition))
            let outputs = try model.outputs(of: booster.X.values)
            var start = 0
            for output in model.outputs {
                let count = booster.X.shape[0] * output.width
                if output.name == "predict_proba" || model.outputs.count == 1 {
                    // The library gives the second of two probabilities only.
                    let step = count / expected.count
                    let found = stride(from: start + step - 1, to: start + count, by: step).map { outputs[$0] }
                    #expect(bits(found) == bits(expected), "\(file)")
                }
                start += count
            }
        }
    }

    @Test(arguments: BoosterCase.all.filter(isRefused))
    func `what is not computed exactly is refused by name`(booster: BoosterCase) throws {
        for file in booster.files {
            let error = #expect(throws: ArtifactError.self) { try booster.model(file) }
            #expect(error?.code == .unsupportedVersion)
            let expected = Self.refused[booster.name] ?? "a random forest (average_output) of a classifier found"
            #expect(error?.message.hasPrefix(expected) == true, "\(error?.message ?? "")")
            #expect(error?.hint.isEmpty == false)
        }
    }
}
