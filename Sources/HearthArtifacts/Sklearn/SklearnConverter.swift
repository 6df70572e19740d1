import HearthModel

/// Turns the fitted estimators of scikit-learn in a pickle or joblib file into model definitions that answer with the
/// library's own bits.
///
/// What is not computed exactly is refused by class, version and reason.
package struct SklearnConverter {
    var walk = PickleWalk()
    var stages: [Stage] = []
    var steps: [String] = []
    /// Columns that leave the last stage; nil before the first.
    var width: Int?
    /// The columns that a caller sends, once the first step has said so.
    var signature: InputSignature?
    var library = "scikit-learn"
    var libraryVersion = ""
    /// What is known of the caller's columns of text; one for all converters of a file.
    let texts: TextCatalog
    /// For each value of the row as it is now the caller's column that it is, or nil when it was computed; nil before
    /// the first step.
    var origins: [Int?]?
    /// Whether the library has the row as a sparse matrix now, which scalers treat otherwise.
    var isSparse = false
    /// Whether a FunctionTransformer may have the function of HistGradientBoosting.
    var acceptsPartial = false

    /// The estimator that was finished last: the one that answers, when it is the only step.
    var finished: SklearnEstimator?

    /// The estimator that answers is a booster's wrapper whose class has no `decision_function`.
    var lacksDecision = false

    /// Steps that a model may have in all; far above what people write.
    private static let stepCountMax = 4096

    init(texts: TextCatalog = TextCatalog()) {
        self.texts = texts
    }

    /// The model in a file: an estimator, or the one estimator in a dict, list or tuple.
    ///
    /// - Parameter withImportances: whether to add up importances of columns too, which nobody needs to answer calls.
    /// - Throws: `.unsupported` and `.unsupportedVersion` for what is legal and not computed, `.unexpectedContent` for
    ///   state that contradicts itself, `.overBudget` for a file that contains itself too often.
    package static func model(
        _ document: PickleDocument, withImportances: Bool = false
    ) throws(ArtifactError) -> ImportedModel {
        document.beginConversion()
        let node = try BundleSearch.estimator(in: document.root)
        var converter = SklearnConverter()
        var estimator = try converter.estimator(node)
        if !converter.texts.isSorted {
            document.beginConversion()
            converter = SklearnConverter(texts: converter.texts.sorted())
            estimator = try converter.estimator(node)
        }
        guard var signature = converter.signature else { throw node.error("an estimator without columns found") }
        signature.vocabularies = converter.texts.vocabularies
        var definition = ModelDefinition(signature: signature, stages: converter.stages, estimator: estimator)
        let treeCount = definition.treeCount
        var classes: ClassLabels?
        var targetClasses: [ClassLabels] = []
        switch estimator.outputShape?.task {
        case .classification(let labels): classes = labels
        case .multiOutputClassification(let targets): targetClasses = targets
        case .anomaly(let offset), .anomalyDecision(let offset): definition.threshold = -offset
        case .regression, .transform, nil: break
        }
        do throws(ModelError) {
            try definition.validate()
        } catch {
            throw node.error(
                "\(error.place): \(error.message)", code: error.code == .unsupported ? .unsupported : .unexpectedContent
            )
        }
        // Last, so that nothing of the model is refused for what they cost.
        var importances: [Double] = []
        if withImportances, let source = converter.finished, converter.steps == [source.className],
            converter.stages.isEmpty
        {
            importances = SklearnImportances(source)?.values ?? []
        }
        return ImportedModel(
            definition: definition,
            facts: ImportedFacts(
                className: node.className?.name ?? "", steps: converter.steps, library: converter.library,
                libraryVersion: converter.libraryVersion, featureNames: signature.columnNames, classes: classes,
                targetClasses: targetClasses, treeCount: treeCount, featureImportances: importances,
                outputs: estimator == .identity ? ["transform"] : estimator.outputShape?.outputNames ?? []))
    }

    /// The estimator that `node` is, or that stands at the end of a pipeline or search; stages are added on the way.
    mutating func estimator(_ node: PickleNode) throws(ArtifactError) -> Estimator {
        var visiting = walk
        let result = try visiting.enter(node) { inner throws(ArtifactError) in
            self.walk = inner
            let estimator = try self.entered(node)
            inner = self.walk
            return estimator
        }
        walk = visiting
        return result
    }

    private mutating func entered(_ node: PickleNode) throws(ArtifactError) -> Estimator {
        guard node.kind == .object, let found = node.className else { throw node.expected("a fitted estimator") }
        if let booster = try booster(node, found) { return booster }
        guard found.module.hasPrefix("sklearn.") else { throw node.expected("an estimator of scikit-learn") }
        let source = try SklearnEstimator(node)
        switch found.name {
        case "Pipeline": return try pipeline(source)
        case "GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV":
            guard let best = try node.member(ifPresent: "best_estimator_") else {
                throw source.refusal("no 'best_estimator_' found", hint: "search with refit=True")
            }
            return try estimator(best)
        case _ where Self.transformerNames.contains(found.name):
            try transformer(node, isEntered: true)
            try useNumbers(node)
            libraryVersion = source.versionText
            return .identity
        case "FrozenEstimator": return try estimator(node.member("estimator"))
        default: if let composite = try composite(source) { return composite }
        }
        let estimator: Estimator
        switch found.name {
        case "IsolationForest": estimator = try isolationForest(source)
        case "DecisionTreeClassifier", "ExtraTreeClassifier", "DecisionTreeRegressor", "ExtraTreeRegressor":
            estimator = try singleTree(source)
        case "RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor":
            estimator = try forest(source)
        case "GradientBoostingClassifier", "GradientBoostingRegressor":
            estimator = try gradientBoosting(source)
            // Over another estimator it is a model of models, which has noted itself.
            if case .combination = estimator { return estimator }
        case "HistGradientBoostingClassifier", "HistGradientBoostingRegressor":
            estimator = try histGradientBoosting(source)
        case "LogisticRegression", "LogisticRegressionCV": estimator = try logisticRegression(source)
        case "SGDClassifier": estimator = try stochasticClassifier(source)
        case "Perceptron", "PassiveAggressiveClassifier", "LinearSVC": estimator = try decisionClassifier(source)
        case "SGDOneClassSVM": estimator = try stochasticOneClass(source)
        case "OneClassSVM", "SVR", "NuSVR": estimator = try kernelMachine(source)
        case "LocalOutlierFactor": estimator = try localOutlierFactor(source)
        case "RidgeClassifier", "RidgeClassifierCV": estimator = try ridgeClassifier(source)
        case let name where Self.linearRegressors.contains(name): estimator = try linearRegressor(source)
        case "PoissonRegressor", "GammaRegressor", "TweedieRegressor": estimator = try generalizedLinear(source)
        default: throw source.refusal(SklearnRefusals.reason(found.name), hint: SklearnRefusals.hint)
        }
        try finish(source)
        return estimator
    }

    /// Notes the estimator that predicts.
    private mutating func finish(_ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        try useNumbers(source.node)
        libraryVersion = source.versionText
        finished = source
        lacksDecision = false
    }

    /// A model of models; nil for any other class.
    private mutating func composite(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator? {
        switch source.className {
        case "VotingClassifier": try votingClassifier(source)
        case "VotingRegressor": try votingRegressor(source)
        case "StackingClassifier", "StackingRegressor": try stacking(source)
        case "CalibratedClassifierCV": try calibrated(source)
        case "AdaBoostClassifier": try adaBoostClassifier(source)
        case "AdaBoostRegressor": try adaBoostRegressor(source)
        case "BaggingClassifier", "BaggingRegressor": try bagging(source)
        case "OneVsRestClassifier": try oneVsRest(source)
        case "MultiOutputRegressor": try multiOutputRegressor(source)
        default: nil
        }
    }

    /// Notes a step: its columns are those that leave the stages so far, or the caller's.
    mutating func enterStep(_ source: SklearnEstimator) throws(ArtifactError) {
        let count = try source.columnCount()
        // A step has numbers for every column, also where the file has none: one may stand in many places.
        try source.node.document.spend(count * PickleDocument.stepByteCountPerColumn, at: source.node)
        guard steps.count < Self.stepCountMax else {
            throw source.node.error("more than \(Self.stepCountMax) steps found", code: .overBudget)
        }
        if let width, width != count {
            throw source.node.error("\(source.className) of \(count) columns found, the \(width) before it expected")
        }
        if signature == nil { try begin(source) }
        width = count
        steps.append(source.className)
    }

    /// Takes the caller's columns from the first step that was told them.
    mutating func begin(_ source: SklearnEstimator) throws(ArtifactError) {
        let count = try source.columnCount()
        signature = InputSignature(columnCount: count, columnNames: try source.columnNames())
        width = count
    }
}

/// Why classes that are read are not computed.
enum SklearnRefusals {
    /// What to do about a class that is not computed.
    static let hint = "use an estimator that Hearth computes, or serve this one with its own library"

    /// The reason, by class.
    static func reason(_ name: String) -> String {
        switch name {
        case "LabelEncoder", "LabelBinarizer": "it transforms labels, not rows"
        case "SVC", "NuSVC": "the votes of support vectors between classes are not computed"
        case "KNeighborsClassifier", "KNeighborsRegressor", "LabelSpreading", "LabelPropagation":
            "the votes of neighbours are not computed"
        case "DummyClassifier", "DummyRegressor":
            "it answers without looking at a row and does not store how many columns one has"
        case "OneVsOneClassifier", "OutputCodeClassifier": "votes of pairs of classes are not computed"
        case "MultiOutputClassifier": "several outputs are not computed"
        default: "this class is not computed"
        }
    }
}
