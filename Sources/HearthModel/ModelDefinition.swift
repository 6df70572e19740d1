/// One trained model as every format converts to it: what goes in, the stages before the estimator, the estimator, and
/// the threshold.
///
/// Plain values; kernels are built from its packed form (``PackedModel``) and never see a file format.
package struct ModelDefinition: Sendable, Equatable {
    /// What a row looks like to the caller.
    package var signature: InputSignature
    /// What happens to a row before the estimator, in order.
    package var stages: [Stage]
    package var estimator: Estimator
    /// For anomaly models: the anomaly score (higher = worse) at which a row is an anomaly, for display and `Detect`.
    ///
    /// The decision itself is the estimator's own rule (for an isolation forest `decision_function < 0`).
    package var threshold: Double?

    package init(
        signature: InputSignature, stages: [Stage] = [], estimator: Estimator, threshold: Double? = nil
    ) {
        self.signature = signature
        self.stages = stages
        self.estimator = estimator
        self.threshold = threshold
    }
}

/// The columns that a caller sends per row.
package struct InputSignature: Sendable, Equatable {
    /// Values per row, at least 1.
    package var columnCount: Int
    /// One name per column, or empty.
    package var columnNames: [String]
    /// For `Detect` over a series: a row is made of the last `window` points (oldest first), each of `columnCount /
    /// window` values.
    ///
    /// 1 for models that look at one point at a time.
    package var window: Int
    /// Columns whose values are texts, in order; a row holds a text's position in its vocabulary.
    package var vocabularies: [Vocabulary]

    package init(
        columnCount: Int, columnNames: [String] = [], window: Int = 1, vocabularies: [Vocabulary] = []
    ) {
        self.columnCount = columnCount
        self.columnNames = columnNames
        self.window = window
        self.vocabularies = vocabularies
    }
}

/// A step that turns a row into the row the next step sees.
package enum Stage: Sendable, Equatable {
    case impute(Imputer)
    case scale(Scaler)
    case markMissing(MissingMarker)
    /// Parts of the row, each through stages of its own, one after the other.
    case columns([ColumnBranch])
    case encode(Encoder)
    case estimates(Estimates)
    case polynomial(PolynomialFeatures)
    case project(Projection)
}

/// scikit-learn's SimpleImputer: a missing value becomes the column's statistic.
package struct Imputer: Sendable, Equatable {
    /// One per input column.
    ///
    /// A column whose statistic is NaN is dropped from the output, unless it is kept.
    package var statistics: [Double]
    /// Columns for which an indicator (1 where the value was missing, else 0) is appended, in this order.
    package var indicatorColumns: [Int]
    /// The value that stands for a missing one, one per input column; nil when that is NaN.
    ///
    /// Where it is another, a row with NaN is refused.
    package var missing: [Double]?

    package init(statistics: [Double], indicatorColumns: [Int] = [], missing: [Double]? = nil) {
        self.statistics = statistics
        self.indicatorColumns = indicatorColumns
        self.missing = missing
    }
}

/// scikit-learn's scalers, elementwise, each operation rounded as the library does it (division, not a reciprocal).
package struct Scaler: Sendable, Equatable {
    /// The formula, with its constants, one per column.
    package enum Form: Sendable, Equatable {
        /// StandardScaler, RobustScaler, MaxAbsScaler: `(x - offset) / scale`. An absent part is left out, not applied
        /// as 0 or 1.
        case subtractThenDivide(offset: [Double]?, scale: [Double]?)
        /// MinMaxScaler: `x * scale + offset`, then clipped to `clip` when there is one.
        case multiplyThenAdd(scale: [Double], offset: [Double], clip: ClosedRange<Double>?)
    }

    package var form: Form

    package init(_ form: Form) {
        self.form = form
    }
}

/// Values that a booster takes for missing ones: they become NaN.
package enum MissingMarker: Sendable, Equatable {
    /// XGBoost's `missing`: in every column, a value that rounds to this in float32.
    ///
    /// Both zeros are one value; NaN stays missing.
    case equal(to: Float)
    /// LightGBM's `zero_as_missing`: behind the columns as they are, a copy of each of these in which what LightGBM
    /// takes for zero (``MissingMarker/zeroMagnitude``) is missing.
    ///
    /// Copies, because LightGBM decides at each split of its own whether zero is a value or a missing one.
    case nearZeroCopies(ofColumns: [Int])

    /// Up to this magnitude a value is zero to LightGBM: its `kZeroThreshold`, 1e-35 as a float32.
    package static let zeroMagnitude = Double(Float(1e-35))
}

/// What a model computes from a row.
package enum Estimator: Sendable, Equatable {
    case treeEnsemble(TreeEnsemble)
    case linear(LinearModel)
    case zScore(ZScore)
    /// None: the row that leaves the stages is the answer (a transformer that stands alone).
    case identity
    case combination(Combination)
    case kernelMachine(KernelMachine)
    case localOutlierFactor(LocalOutlierFactor)
}

/// `D[k] = sum over columns of x[j] * coefficients[k][j], left to right, + intercepts[k]`, then the link.
///
/// With a float32 accumulator the sum is XGBoost's `gblinear`: values rounded to float32, the intercept first, each
/// product and sum rounded, missing values left out.
package struct LinearModel: Sendable, Equatable {
    /// One row of coefficients per output of the decision.
    package var coefficients: [[Double]]
    package var intercepts: [Double]
    /// The precision of the products and sums.
    package var accumulator: TreeEnsemble.Number
    package var link: Link
    package var task: Task
    /// For a classifier: how `predict` chooses.
    package var classRule: ClassRule

    package init(
        coefficients: [[Double]], intercepts: [Double], accumulator: TreeEnsemble.Number = .float64, link: Link,
        task: Task, classRule: ClassRule = .rawAboveZero
    ) {
        self.coefficients = coefficients
        self.intercepts = intercepts
        self.accumulator = accumulator
        self.link = link
        self.task = task
        self.classRule = classRule
    }
}

/// Distance from the middle in units of spread, per column; the row's score is the largest over its columns.
package struct ZScore: Sendable, Equatable {
    /// What the middle and the spread are.
    package enum Method: Sendable, Equatable {
        /// `|x - mean| / standard deviation`. (SKLEARN-like population deviation, ddof 0.)
        case standard
        /// Iglewicz and Hoaglin's modified z-score: `0.6744897501960817 * |x - median| / MAD`.
        case robust
    }

    package var method: Method
    /// Mean or median, one per column.
    package var centers: [Double]
    /// What `|x - center|` is divided by, one per column, so that the quotient is the score.
    ///
    /// 0 for a constant column: there a value equal to the center scores 0 and any other scores
    /// ``ZScore/constantColumnScore``.
    package var scales: [Double]
    /// A row whose score is above this is an anomaly.
    package var threshold: Double

    /// The score of a value that differs from a column that has never varied: finite, so that it passes through every
    /// format.
    package static let constantColumnScore = 1e6

    package init(method: Method, centers: [Double], scales: [Double], threshold: Double) {
        self.method = method
        self.centers = centers
        self.scales = scales
        self.threshold = threshold
    }
}

/// What the numbers that come out of the link mean; decides the named outputs.
package enum Task: Sendable, Equatable {
    /// Outputs `predict` (the numbers themselves).
    case regression
    /// Outputs `predict` (class), `predict_proba` and, where the library has one, `decision_function`.
    case classification(classes: ClassLabels)
    /// Outputs `score_samples`, `decision_function` (= score_samples - offset) and `predict` (-1 when decision < 0,
    /// else 1).
    case anomaly(offset: Double)
    /// Outputs `transform` (the numbers themselves).
    case transform
    /// As ``anomaly(offset:)`` for models whose raw value is the decision: `score_samples` is decision + offset,
    /// `predict` 1 when the decision is > 0 (>= 0 with ``ClassRule/rawAtLeastZero``), else -1.
    case anomalyDecision(offset: Double)
    /// Outputs `predict` (a class per target) and `predict_proba_0`, `predict_proba_1`, … (the classes of each target);
    /// the raw values are the probabilities, target after target.
    case multiOutputClassification([ClassLabels])
}

/// The labels of the classes, in the order of the model's outputs.
package enum ClassLabels: Sendable, Equatable {
    case integers([Int64])
    case booleans([Bool])
    case strings([String])
    case floats([Double])

    /// Whether the labels of both are of one type.
    package func hasType(of other: ClassLabels) -> Bool {
        switch (self, other) {
        case (.integers, .integers), (.booleans, .booleans), (.strings, .strings), (.floats, .floats): true
        case (.integers, _), (.booleans, _), (.strings, _), (.floats, _): false
        }
    }

    package var count: Int {
        switch self {
        case .integers(let labels): labels.count
        case .booleans(let labels): labels.count
        case .strings(let labels): labels.count
        case .floats(let labels): labels.count
        }
    }
}

/// How a classifier's `predict` chooses, which libraries and their versions do differently (`SKLEARN.md` section 3).
package enum ClassRule: Sendable, Equatable {
    /// The first largest of `predict_proba` (forests, XGBoost, boosting up to scikit-learn 1.3).
    case largestProbability
    /// One raw value: class 1 when it is > 0; several: the first largest (linear models, HistGradientBoosting from
    /// 1.5).
    case rawAboveZero
    /// One raw value: class 1 when it is >= 0; several: the first largest (GradientBoosting from 1.4).
    case rawAtLeastZero
}

/// What turns the sums of an estimator into its raw outputs.
///
/// Formulas: `SKLEARN.md` section 3. With a float32 accumulator the formulas are XGBoost's, in single precision.
package enum Link: Sendable, Equatable {
    case identity
    /// `1 / (1 + exp(-x))`; as a classifier of one raw value `[1 - p, p]`, of several (one against the rest) each
    /// divided by their sum.
    case sigmoid
    /// `1 / (1 + exp(-(factor * x)))`: LightGBM's `sigmoid` parameter; 2 for boosting with the exponential loss.
    ///
    /// Several outputs are left as they are, not divided by their sum (LightGBM's `multiclassova`). With a float32
    /// accumulator the factor is 1: XGBoost's sigmoid from before 1.6, which does not bound the exponent.
    case scaledSigmoid(factor: Double)
    /// `exp(x - (log(sum(exp(x - m))) + m))`, `m = max`, the sum as numpy's pairwise sum; NaN becomes 0 (boosting up to
    /// scikit-learn 1.3).
    case softmaxLogSumExp
    /// `m = max; e = exp(x - m); e / sum(e)`, the sum as numpy's pairwise sum.
    case softmaxPairwise
    /// The same with the sum left to right.
    case softmaxSequential
    /// As ``softmaxLogSumExp`` with the sum from left to right (HistGradientBoosting up to 1.0).
    case softmaxLogSumExpSequential
    /// ``softmaxPairwise`` of `[-x, x]`, for one raw value of a classifier of two classes (multinomial logistic
    /// regression).
    case softmaxOfOpposites
    /// `(min(max(x, -1), 1) + 1) / 2`, as a classifier of several raw values each divided by their sum, or all equal
    /// when that is 0 (SGDClassifier with the loss `modified_huber`).
    case clippedUnit
    /// `exp(x)`.
    case exponential
    /// `log1p(exp(x))` (LightGBM's `cross_entropy_lambda`).
    case softplus
    /// `sign(x) * x * x` (LightGBM's `reg_sqrt`).
    case signedSquare
    /// 1 above 0, else 0 (XGBoost's `binary:hinge`).
    case step
    /// Isolation forest: `score_samples = -pow(2, -(sum of path lengths / normalizer))`; `normalizer` = trees x
    /// c(max_samples).
    case isolation(normalizer: Double)
}
