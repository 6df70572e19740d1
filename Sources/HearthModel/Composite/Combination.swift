/// The rule that makes one answer of the answers of several models, which an ``Estimates`` stage before it has laid
/// side by side.
///
/// Sums are in the order of scikit-learn and NumPy, as each rule says.
package struct Combination: Sendable, Equatable {
    /// What is done with the answers.
    package enum Rule: Sendable, Equatable {
        case mean(Mean)
        /// The class with the largest sum of weights, the first of equal ones; each member gives the index of its
        /// class. (VotingClassifier, hard.)
        case votes(weights: [Double])
        /// The answer at which half of the weights is reached, answers in ascending order. (AdaBoostRegressor.)
        case weightedMedian(weights: [Double])
        case adaptiveBoost(AdaptiveBoost)
        case calibration(Calibration)
        case oneVersusRest(OneVersusRest)
        case boostedStart(BoostedStart)
    }

    package var rule: Rule
    /// For ``Rule/boostedStart(_:)``; else identity.
    package var link: Link
    package var task: Task
    /// For ``Rule/boostedStart(_:)``: how `predict` chooses; other rules choose by themselves.
    package var classRule: ClassRule

    package init(_ rule: Rule, link: Link = .identity, task: Task, classRule: ClassRule = .largestProbability) {
        self.rule = rule
        self.link = link
        self.task = task
        self.classRule = classRule
    }
}

extension Combination {
    /// The sum over the members in their order, each times its weight, divided once. (VotingClassifier, soft;
    /// VotingRegressor; bagging; MultiOutputRegressor as the mean of one member.)
    package struct Mean: Sendable, Equatable {
        package var memberCount: Int
        /// Values of a member: of a classifier its probabilities, then decision values if there are any.
        package var width: Int
        /// One per member, or empty.
        package var weights: [Double]
        package var divisor: Double
        /// What the sum starts from: 0, or -0, which changes no bit of the first value.
        package var start: Double
        /// float32 when all members answer in it and there are no weights.
        package var accumulator: TreeEnsemble.Number

        package init(
            memberCount: Int, width: Int, weights: [Double] = [], divisor: Double, start: Double = -0.0,
            accumulator: TreeEnsemble.Number = .float64
        ) {
            self.memberCount = memberCount
            self.width = width
            self.weights = weights
            self.divisor = divisor
            self.start = start
            self.accumulator = accumulator
        }
    }

    /// AdaBoostClassifier.
    package struct AdaptiveBoost: Sendable, Equatable {
        /// What a member gives and what becomes of it.
        package enum Form: Sendable, Equatable {
            /// SAMME: each member gives the index of its class, which adds `hits[member]` to the class and
            /// `misses[member]` to the others.
            case discrete(hits: [Double], misses: [Double])
            /// SAMME.R: each member gives its probabilities.
            case real(memberCount: Int)
        }

        package var form: Form
        /// What the sums are divided by.
        package var weightSum: Double

        package init(_ form: Form, weightSum: Double) {
            self.form = form
            self.weightSum = weightSum
        }
    }

    /// CalibratedClassifierCV: the mean over the folds of what each fold's calibrators make of its member's answers.
    package struct Calibration: Sendable, Equatable {
        /// What the calibrators take.
        package enum Method: Sendable, Equatable {
            /// One calibrator per value that the member gives: the positive class of two, or each class.
            case perClass
            /// `softmax(beta x)` of decision values; one value stands for `[-x, x]`.
            case temperatureOfDecision
            /// `softmax(beta log(p + 1e-12))`; one value stands for `[1 - p, p]`.
            case temperatureOfProbabilities
        }

        /// What makes a probability of a value.
        package enum Calibrator: Sendable, Equatable {
            /// `expit(-(a x + b))`.
            case sigmoid(a: Double, b: Double)
            /// Lines between points with ascending `x`, constant outside.
            case isotonic(x: [Double], y: [Double])
            case temperature(beta: Double)
        }

        package var method: Method
        /// Values of a member: 1 for two classes, else one per class.
        package var valueCount: Int
        /// The calibrators of each fold, one per value; for temperature one.
        package var folds: [[Calibrator]]

        package init(_ method: Method, valueCount: Int, folds: [[Calibrator]]) {
            self.method = method
            self.valueCount = valueCount
            self.folds = folds
        }
    }

    /// OneVsRestClassifier: each member gives its decision value, its probability of the positive class, or both in
    /// this order.
    package struct OneVersusRest: Sendable, Equatable {
        package var memberCount: Int
        package var hasDecision: Bool
        package var hasProbabilities: Bool
        /// For one member: above this its class is chosen.
        package var threshold: Double
        /// Of equal scores the last class is chosen (up to scikit-learn 1.7), else the first.
        package var prefersLast: Bool
        /// A row whose probabilities are all 0 stays so; before, 0 / 0 made it NaN.
        package var keepsZeroRows: Bool

        package init(
            memberCount: Int, hasDecision: Bool, hasProbabilities: Bool, threshold: Double, prefersLast: Bool,
            keepsZeroRows: Bool
        ) {
            self.memberCount = memberCount
            self.hasDecision = hasDecision
            self.hasProbabilities = hasProbabilities
            self.threshold = threshold
            self.prefersLast = prefersLast
            self.keepsZeroRows = keepsZeroRows
        }
    }

    /// GradientBoosting whose `init` is an estimator: sums that start from its answer. The first member gives that
    /// answer, then come the values of the trees, tree by tree; tree t adds to output t mod outputs.
    package struct BoostedStart: Sendable, Equatable {
        /// What the sums start from.
        package enum Transform: UInt8, Sendable, Equatable {
            /// The answer itself.
            case identity = 0
            /// `log(p / (1 - p))`.
            case logOdds = 1
            /// Half of that.
            case halfLogOdds = 2
            /// SciPy's `logit` from 1.15 on, which is more exact around one half.
            case logit = 3
            case halfLogit = 4
            /// `log(p)`.
            case log = 5
            /// `log(p / geometric mean)`.
            case logOfGeometricMean = 6
        }

        package var transform: Transform
        /// Probabilities are cut to this and 1 minus this before they are transformed.
        package var epsilon: Double
        package var outputCount: Int
        package var treeCount: Int

        package init(_ transform: Transform, epsilon: Double, outputCount: Int, treeCount: Int) {
            self.transform = transform
            self.epsilon = epsilon
            self.outputCount = outputCount
            self.treeCount = treeCount
        }
    }
}
