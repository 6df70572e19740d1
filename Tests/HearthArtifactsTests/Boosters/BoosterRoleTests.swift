import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// How a booster is used: as itself, or inside a wrapper of scikit-learn with its labels.
struct BoosterRoleTests {
    private func xgboost(
        _ name: String, _ options: XGBoostOptions, library: String = "xgboost-3.2.0"
    ) throws -> BoosterModel {
        let booster = try BoosterCase(library: library, name: name)
        let file = try #require(booster.files.first)
        return try BoosterConverter.model(xgboost: booster.bytes(file), path: file, options: options)
    }

    private func lightGBM(_ name: String, _ options: LightGBMOptions) throws -> BoosterModel {
        let booster = try BoosterCase(library: "lightgbm-4.6.0", name: name)
        let file = try #require(booster.files.first)
        return try BoosterConverter.model(lightGBMText: booster.bytes(file), path: file, options: options)
    }

    private func outputs(_ model: BoosterModel) throws -> [OutputSignature] {
        try ServableModel(PackedModel.pack(model.definition)).outputs
    }

    @Test func `a classifier answers with the wrapper's labels`() throws {
        let labels = ClassLabels.strings(["no", "yes"])
        for model in [
            try xgboost("binary", XGBoostOptions(role: .classifier(labels))),
            try lightGBM("binary", LightGBMOptions(role: .classifier(labels))),
        ] {
            #expect(try outputs(model).map(\.name) == ["predict", "predict_proba", "decision_function"])
            #expect(try outputs(model)[0].labels == labels)
        }
        let three = ClassLabels.integers([10, 20, 30])
        #expect(try outputs(xgboost("softprob", XGBoostOptions(role: .classifier(three))))[0].labels == three)
        #expect(try outputs(lightGBM("ova", LightGBMOptions(role: .classifier(three))))[0].labels == three)
    }

    @Test func `a regressor answers with one output`() throws {
        #expect(
            try outputs(xgboost("binary", XGBoostOptions(role: .regressor)))
                == [OutputSignature(name: "predict", width: 1)])
        #expect(
            try outputs(lightGBM("binary", LightGBMOptions(role: .regressor)))
                == [OutputSignature(name: "predict", width: 1)])
        #expect(try outputs(xgboost("multi_target", XGBoostOptions()))[0].width == 2)
    }

    @Test func `labels that do not fit the objective are refused`() throws {
        let two = ClassLabels.integers([0, 1])
        for (name, code, message) in [
            ("softprob", ArtifactError.Code.corrupt, "2 class labels found, 3 expected"),
            ("squared", .unsupportedVersion, "objective reg:squarederror of a classifier found"),
            ("logitraw", .unsupportedVersion, "objective binary:logitraw of a classifier found"),
            ("softmax", .unsupportedVersion, "objective multi:softmax of a classifier found"),
        ] {
            let error = #expect(throws: ArtifactError.self) {
                try xgboost(name, XGBoostOptions(role: .classifier(two)))
            }
            #expect(error?.code == code)
            #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        }
        let error = #expect(throws: ArtifactError.self) {
            try lightGBM("regression", LightGBMOptions(role: .classifier(two)))
        }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.message.hasPrefix("objective 'regression' of a classifier of 2 labels found") == true)
        #expect(throws: ArtifactError.self) { try xgboost("softprob", XGBoostOptions(role: .regressor)) }
        #expect(throws: ArtifactError.self) { try lightGBM("multiclass", LightGBMOptions(role: .regressor)) }
    }

    @Test func `rounds after the best are left out, unless all are asked for`() throws {
        let best = try xgboost("softprob_early", XGBoostOptions()).facts
        let all = try xgboost("softprob_early", XGBoostOptions(rounds: .all)).facts
        #expect(best.usedTreeCount < best.treeCount && best.usedTreeCount % 3 == 0)
        #expect(all.usedTreeCount == all.treeCount && all.treeCount == best.treeCount)
        #expect(try xgboost("softprob_early", XGBoostOptions(rounds: .first(1))).facts.usedTreeCount == 3)
        #expect(try lightGBM("multiclass", LightGBMOptions(rounds: .first(2))).facts.usedTreeCount == 6)
        for rounds in [BoosterRounds.first(0), .first(-1), .first(1000), .first(.max)] {
            #expect(throws: ArtifactError.self) { try xgboost("softprob_early", XGBoostOptions(rounds: rounds)) }
            #expect(throws: ArtifactError.self) { try lightGBM("multiclass", LightGBMOptions(rounds: rounds)) }
        }
    }

    @Test func `a missing value must be a number`() throws {
        let error = #expect(throws: ArtifactError.self) { try xgboost("binary", XGBoostOptions(missing: .infinity)) }
        #expect(error?.code == .unsupportedVersion)
    }

    @Test func `every library and case of the fixtures is there`() {
        let counts = Dictionary(grouping: BoosterCase.all, by: \.library).mapValues(\.count)
        #expect(
            counts == [
                "lightgbm-3.3.5": 8, "lightgbm-4.6.0": 33, "xgboost-1.5.2": 10, "xgboost-1.7.6": 12,
                "xgboost-2.1.4": 13, "xgboost-3.0.5": 13, "xgboost-3.2.0": 41,
            ])
    }
}
