import HearthModel

extension SklearnConverter {
    /// The model in a wrapper of XGBoost or LightGBM, or in a bare Booster; nil for any other class.
    mutating func booster(_ node: PickleNode, _ found: PickleClass) throws(ArtifactError) -> Estimator? {
        let model: BoosterModel
        switch (found.module, found.name) {
        case ("xgboost.sklearn", "XGBClassifier"), ("xgboost.sklearn", "XGBRFClassifier"),
            ("xgboost.sklearn", "XGBRegressor"), ("xgboost.sklearn", "XGBRFRegressor"),
            ("xgboost.sklearn", "XGBRanker"):
            model = try xgboost(node, isClassifier: found.name.hasSuffix("Classifier"))
        case ("xgboost.core", "Booster"):
            model = try BoosterConverter.model(
                xgboost: Self.content(node.member("handle")), path: node.document.path)
        case ("lightgbm.sklearn", "LGBMClassifier"), ("lightgbm.sklearn", "LGBMRegressor"),
            ("lightgbm.sklearn", "LGBMRanker"):
            model = try lightGBM(node, isClassifier: found.name == "LGBMClassifier")
        case ("lightgbm.basic", "Booster"): model = try lightGBM(booster: node, role: .objective)
        default:
            guard !found.module.hasPrefix("xgboost."), !found.module.hasPrefix("lightgbm.") else {
                throw node.error(
                    "\(found) found, a classifier, regressor or Booster expected", code: .unsupported,
                    hint: SklearnRefusals.hint)
            }
            return nil
        }
        let count = model.definition.signature.columnCount
        if let width, width != count {
            throw node.error("\(found.name) of \(count) columns found, the \(width) before it expected")
        }
        if signature == nil { signature = model.definition.signature }
        width = count
        try useNumbers(node)
        stages += model.definition.stages
        steps.append(found.name)
        library = found.module.hasPrefix("xgboost.") ? "XGBoost" : "LightGBM"
        libraryVersion = model.facts.version
        lacksDecision = try !hasDecisionFunction(node, found)
        return model.definition.estimator
    }

    /// XGBoost's wrappers have no `decision_function`, LightGBM's have one from 4.7 on, the first whose state has this.
    private func hasDecisionFunction(_ node: PickleNode, _ found: PickleClass) throws(ArtifactError) -> Bool {
        try found.name == "LGBMClassifier" ? node.hasMember("_fitted_with_feature_names") : false
    }

    private func xgboost(_ node: PickleNode, isClassifier: Bool) throws(ArtifactError) -> BoosterModel {
        var options = XGBoostOptions(dartSums: .inPlace)
        if let missing = try node.member(ifPresent: "missing") { options.missing = Float(try missing.double()) }
        let bytes = try Self.content(node.member("_Booster").member("handle"))
        guard isClassifier else {
            options.role = .regressor
            return try BoosterConverter.model(xgboost: bytes, path: node.document.path, options: options)
        }
        if let labels = try Self.storedLabels(node, ["classes_", "_le"]) {
            options.role = .classifier(labels)
        } else {
            let count = try node.member("n_classes_").integer(in: 2...ModelLimits.outputCount)
            options.role = .classifier(.integers((0..<count).map(Int64.init)))
        }
        return try BoosterConverter.model(xgboost: bytes, path: node.document.path, options: options)
    }

    private func lightGBM(_ node: PickleNode, isClassifier: Bool) throws(ArtifactError) -> BoosterModel {
        var role = BoosterRole.regressor
        if isClassifier {
            guard let labels = try Self.storedLabels(node, ["_classes", "_le"]) else {
                throw node.error("neither '_classes' nor '_le' found: the classifier is not fitted")
            }
            role = .classifier(labels)
        }
        return try lightGBM(booster: node.member("_Booster"), role: role)
    }

    private func lightGBM(booster: PickleNode, role: BoosterRole) throws(ArtifactError) -> BoosterModel {
        let name = try booster.hasMember("_handle") ? "_handle" : "handle"
        let best = try booster.member(ifPresent: "best_iteration")?.integer(in: -1...Int(Int32.max)) ?? 0
        let options = LightGBMOptions(rounds: best > 0 ? .first(best) : .best, role: role)
        return try BoosterConverter.model(
            lightGBMText: Self.content(booster.member(name)), path: booster.document.path, options: options)
    }

    /// The file of a booster's own format that `node` holds; the trees that are made of it are twice as large.
    private static func content(_ node: PickleNode) throws(ArtifactError) -> [UInt8] {
        try node.document.spend(2 * node.byteCount(), at: node)
        return try node.bytes()
    }

    /// Labels under the first of `names` that there is; a label encoder has them as its `classes_`.
    private static func storedLabels(_ node: PickleNode, _ names: [String]) throws(ArtifactError) -> ClassLabels? {
        for name in names {
            guard let value = try node.member(ifPresent: name) else { continue }
            return try ClassLabels(labels: value.kind == .object ? value.member("classes_") : value)
        }
        return nil
    }
}
