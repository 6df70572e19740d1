package import HearthModel

/// One named output of a model.
package struct OutputSignature: Sendable, Equatable {
    /// The method of scikit-learn that gives the same numbers: `predict`, `predict_proba`, `decision_function`,
    /// `score_samples`, `transform`.
    package var name: String
    /// Values per row.
    package var width: Int
    /// For `predict` of a classifier: what the class indices in this output stand for; else nil.
    package var labels: ClassLabels?
    /// For `predict` of a classifier with several targets: the labels of each value of a row; else empty.
    package var targetLabels: [ClassLabels]
    /// ``labels`` or ``targetLabels`` as replies take them; nil when there are none.
    package let classLists: ClassLists?

    /// An output with the labels of its classes, if it chooses some.
    package init(name: String, width: Int, labels: ClassLabels? = nil, targetLabels: [ClassLabels] = []) {
        self.name = name
        self.width = width
        self.labels = labels
        self.targetLabels = targetLabels
        classLists = ClassLists(labels.map { [$0] } ?? targetLabels)
    }

    /// The outputs of an anomaly model, in order.
    static let anomaly = [
        OutputSignature(name: "score_samples", width: 1), OutputSignature(name: "decision_function", width: 1),
        OutputSignature(name: "predict", width: 1),
    ]

    /// The outputs of an estimator with this shape, in the order in which kernels write them.
    static func outputs(of shape: OutputShape) -> [OutputSignature] {
        switch shape.task {
        case .anomaly, .anomalyDecision: return anomaly
        case .multiOutputClassification(let targets):
            return [OutputSignature(name: "predict", width: targets.count, targetLabels: targets)]
                + targets.enumerated().map { OutputSignature(name: "predict_proba_\($0)", width: $1.count) }
        case .transform: return [OutputSignature(name: "transform", width: shape.outputCount)]
        case .regression: return [OutputSignature(name: "predict", width: shape.outputCount)]
        case .classification(let classes):
            var outputs = [OutputSignature(name: "predict", width: 1, labels: classes)]
            if shape.hasProbabilities { outputs.append(OutputSignature(name: "predict_proba", width: classes.count)) }
            if shape.hasDecision {
                outputs.append(OutputSignature(name: "decision_function", width: shape.decisionCount))
            }
            return outputs
        }
    }
}
