import Glibc
import HearthModel

/// The objectives whose predictions are proved equal to XGBoost's, and what each makes of a margin.
struct XGBoostObjective {
    /// What a margin becomes.
    enum Form {
        case identity
        case logistic
        case exponential
        /// 0 or 1.
        case step
        /// Several groups: probabilities of the classes.
        case softmax
    }

    let name: String
    let form: Form
    /// Margins are of classes: binary with one group, else one group each.
    let classifies: Bool
    /// `predict` of the library gives the class, not probabilities.
    let givesClass: Bool

    private init(_ name: String, _ form: Form, classifies: Bool = false, givesClass: Bool = false) {
        self.name = name
        self.form = form
        self.classifies = classifies
        self.givesClass = givesClass
    }

    private static let known = [
        XGBoostObjective("binary:logistic", .logistic, classifies: true),
        XGBoostObjective("binary:logitraw", .identity),
        XGBoostObjective("binary:hinge", .step, classifies: true),
        XGBoostObjective("multi:softprob", .softmax, classifies: true),
        XGBoostObjective("multi:softmax", .softmax, classifies: true, givesClass: true),
        XGBoostObjective("reg:squarederror", .identity), XGBoostObjective("reg:linear", .identity),
        XGBoostObjective("reg:squaredlogerror", .identity), XGBoostObjective("reg:pseudohubererror", .identity),
        XGBoostObjective("reg:absoluteerror", .identity), XGBoostObjective("reg:quantileerror", .identity),
        XGBoostObjective("reg:logistic", .logistic), XGBoostObjective("count:poisson", .exponential),
        XGBoostObjective("reg:gamma", .exponential), XGBoostObjective("reg:tweedie", .exponential),
        XGBoostObjective("survival:cox", .exponential), XGBoostObjective("survival:aft", .exponential),
        XGBoostObjective("rank:pairwise", .identity), XGBoostObjective("rank:ndcg", .identity),
        XGBoostObjective("rank:map", .identity),
    ]

    init(named name: String, _ failure: BoosterFailure) throws(ArtifactError) {
        guard let found = Self.known.first(where: { $0.name == name }) else {
            throw failure.unsupported(
                nil, "objective \(BoosterFailure.quoted(name)) found, one of \(Self.known.map(\.name)) expected",
                hint: "train with one of these objectives")
        }
        self = found
    }

    /// The margin at which sums start for a stored base score (`ProbToMargin` of the objective).
    func margin(of baseScore: Float) -> Float {
        switch form {
        case .identity, .step, .softmax: baseScore
        case .logistic: -logf(1 / baseScore - 1)
        case .exponential: logf(baseScore)
        }
    }

    /// Why `XGBClassifier` with this objective is not answered, and what to do; nil when it is.
    func classifierProblem(groupCount: Int) -> (found: String, hint: String)? {
        if givesClass {
            return (
                "whose probabilities SciPy computes in single precision",
                "train with multi:softprob, or serve the booster itself (save_model), which answers with the class"
            )
        }
        if form == .softmax || (form == .logistic || form == .step) && groupCount == 1 { return nil }
        if form == .logistic { return ("with \(groupCount) targets", "train one classifier per target") }
        return ("whose answers are no probabilities", "train the classifier with its default objective")
    }

    var link: Link {
        switch form {
        case .identity: .identity
        case .logistic: .sigmoid
        case .step: .step
        case .exponential: .exponential
        case .softmax: .softmaxSequential
        }
    }
}
