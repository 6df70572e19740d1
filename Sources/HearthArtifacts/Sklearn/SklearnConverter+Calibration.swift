import HearthModel

extension SklearnConverter {
    /// CalibratedClassifierCV: a member and its calibrators per fold.
    mutating func calibrated(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let labels = try source.labels()
        guard labels.count > 1 else { throw source.refusal("one class found, several expected") }
        let list = try source.node.member("calibrated_classifiers_")
        var members: [SklearnMember] = []
        var folds: [[Combination.Calibration.Calibrator]] = []
        let isTemperature = try source.text("method") == "temperature"
        let valueCount = labels.count == 2 ? 1 : labels.count
        for fold in try list.items() {
            guard fold.isInstance("_CalibratedClassifier") else { throw fold.expected("a _CalibratedClassifier") }
            let name = try fold.hasMember("estimator") ? "estimator" : "base_estimator"
            let member = try member(fold.member(name))
            // Temperature scaling encodes labels of text before it fits the members.
            let isEncoded = isTemperature && member.classes == .encoded(labels.count)
            if !isEncoded { try member.requireClasses(labels, of: source) }
            guard member.hasDecision || member.output.hasProbabilities else {
                throw source.refusal("\(member.name) without probabilities or decision found")
            }
            let nodes = try fold.member("calibrators").items()
            guard nodes.count == (isTemperature ? 1 : valueCount) else {
                throw fold.error("\(nodes.count) calibrators for \(labels.count) classes found")
            }
            var calibrators: [Combination.Calibration.Calibrator] = []
            for node in nodes { calibrators.append(try calibrator(node, isTemperature, member, source)) }
            members.append(member)
            folds.append(calibrators)
        }
        guard let first = members.first else { throw list.error("no fold found, at least one expected") }
        guard members.allSatisfy({ $0.hasDecision == first.hasDecision }) else {
            throw source.refusal("folds with different members found")
        }
        if isTemperature, labels.count >= 8, Self.answersInColumns(first) {
            throw source.refusal("temperature of \(labels.count) classes of \(first.name) found, at most 7 expected")
        }
        try enter(source, members)
        let answer =
            first.hasDecision
            ? Estimates.Answer(.decision, count: valueCount)
            : Estimates.Answer(.probabilities, first: labels.count == 2 ? 1 : 0, count: valueCount)
        try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: [answer]) }))
        let method: Combination.Calibration.Method =
            !isTemperature ? .perClass : first.hasDecision ? .temperatureOfDecision : .temperatureOfProbabilities
        return .combination(
            Combination(
                .calibration(Combination.Calibration(method, valueCount: valueCount, folds: folds)),
                task: .classification(classes: labels)))
    }

    private func calibrator(
        _ node: PickleNode, _ isTemperature: Bool, _ member: SklearnMember, _ source: SklearnEstimator
    ) throws(ArtifactError) -> Combination.Calibration.Calibrator {
        guard !member.answersFloat32 else {
            throw source.refusal(
                "calibration of \(member.name), which answers in float32, is not computed",
                hint: "calibrate a model of scikit-learn or LightGBM")
        }
        switch (node.className?.name, isTemperature) {
        case ("_SigmoidCalibration", false):
            return .sigmoid(a: try node.member("a_").finiteDouble(), b: try node.member("b_").finiteDouble())
        case ("_TemperatureScaling", true):
            return .temperature(beta: try node.member("beta_").finiteDouble())
        case ("IsotonicRegression", false): return try isotonic(node, source)
        default: throw node.expected("a calibrator of the method of its classifier")
        }
    }

    private func isotonic(
        _ node: PickleNode, _ source: SklearnEstimator
    ) throws(ArtifactError) -> Combination.Calibration.Calibrator {
        guard try node.member("out_of_bounds").isString("clip") else {
            throw source.refusal("an isotonic calibrator that is not clipped found")
        }
        let (x, y) = (try node.member("X_thresholds_").array(), try node.member("y_thresholds_").array())
        for array in [x, y] where array.type.kind != .float || array.type.byteCount != 8 {
            throw source.refusal("isotonic points of \(array.type.text) found, f8 expected")
        }
        let points = (x: try x.requireShape([nil]).doubles(), y: try y.requireShape([nil]).doubles())
        guard let low = points.x.first, let high = points.x.last, points.x.count == points.y.count,
            points.x.allSatisfy(\.isFinite), points.y.allSatisfy(\.isFinite),
            zip(points.x, points.x.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw x.node.error("isotonic points that are not finite, ascending and as many as values found")
        }
        // The library cuts to these first; they are the outer points.
        guard try node.member("X_min_").double() == low, try node.member("X_max_").double() == high else {
            throw node.error("bounds other than the outer points \(low) and \(high) found")
        }
        return .isotonic(x: points.x, y: points.y)
    }

    /// Whether NumPy adds up a row of the member's decision from left to right: its array has a column per class.
    private static func answersInColumns(_ member: SklearnMember) -> Bool {
        ["HistGradientBoosting", "AdaBoost", "OneVsRest"].contains { member.name.contains($0) }
    }
}
