/// Part of ``PickleGlobals``: what fitted estimators carry along and no converter reads.
enum PickleInertGlobals {
    static let table: [(PickleGlobals.Role, String, String)] =
        generators + losses + distances + helpers + searches + callbacks + plainValues

    private static let generators: [(PickleGlobals.Role, String, String)] = [
        (.opaque, "numpy.random._pickle", "__randomstate_ctor __bit_generator_ctor __generator_ctor"),
        (.opaque, "numpy.random._mt19937", "MT19937"),
        (.opaque, "numpy.random._pcg64", "PCG64 PCG64DXSM"),
        (.opaque, "numpy.random._philox", "Philox"),
        (.opaque, "numpy.random._sfc64", "SFC64"),
        (.opaque, "numpy.random.bit_generator", "SeedSequence __pyx_unpickle_SeedSequence"),
    ]

    private static let losses: [(PickleGlobals.Role, String, String)] = [
        (
            .opaque, "sklearn.ensemble._gb_losses",
            "LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction BinomialDeviance "
                + "MultinomialDeviance ExponentialLoss"
        ),
        (
            .opaque, "sklearn.ensemble._hist_gradient_boosting.loss",
            "LeastSquares LeastAbsoluteDeviation Poisson BinaryCrossEntropy CategoricalCrossEntropy"
        ),
        (
            .opaque, "sklearn._loss.loss",
            "HalfSquaredError AbsoluteError PinballLoss HuberLoss HalfPoissonLoss HalfGammaLoss HalfTweedieLoss "
                + "HalfTweedieLossIdentity HalfBinomialLoss HalfMultinomialLoss ExponentialLoss "
                + "HalfBinomialLossArrayAPI HalfMultinomialLossArrayAPI HalfPoissonLossArrayAPI"
        ),
        (
            .opaque, "sklearn._loss.link",
            "IdentityLink LogLink LogitLink HalfLogitLink MultinomialLogit Interval"
        ),
        // Generalized linear models up to 1.0.
        (
            .opaque, "sklearn._loss.glm_distribution",
            "PoissonDistribution GammaDistribution TweedieDistribution NormalDistribution InverseGaussianDistribution"
        ),
        (.opaque, "sklearn.linear_model._glm.link", "IdentityLink LogLink LogitLink"),
        (.opaque, "sklearn._loss._loss", compiledLosses),
        (.opaque, "_loss", compiledLosses),
        (
            .opaque, "sklearn.linear_model._sgd_fast",
            "Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive "
                + "__pyx_unpickle_Classification __pyx_unpickle_Regression __pyx_unpickle_LossFunction"
        ),
    ]

    /// Cython's classes, whose module is `_loss` in scikit-learn 1.5 to 1.8, and what it rebuilds them with.
    private static let compiledLosses: String = {
        let names = [
            "CyHalfSquaredError", "CyAbsoluteError", "CyPinballLoss", "CyHuberLoss", "CyHalfPoissonLoss",
            "CyHalfGammaLoss", "CyHalfTweedieLoss", "CyHalfTweedieLossIdentity", "CyHalfBinomialLoss",
            "CyHalfMultinomialLoss", "CyExponentialLoss",
        ]
        return (names + names.map { "__pyx_unpickle_\($0)" }).joined(separator: " ")
    }()

    /// The metrics of nearest neighbours; the suffix tells the precision from scikit-learn 1.2 on.
    private static let distances: [(PickleGlobals.Role, String, String)] = {
        let names = [
            "EuclideanDistance", "ManhattanDistance", "ChebyshevDistance", "MinkowskiDistance", "WMinkowskiDistance",
            "SEuclideanDistance", "MahalanobisDistance", "HammingDistance", "CanberraDistance", "BrayCurtisDistance",
            "HaversineDistance", "JaccardDistance", "MatchingDistance", "DiceDistance",
        ]
        let text = (names + names.map { "\($0)64" } + names.map { "\($0)32" } + ["newObj"]).joined(separator: " ")
        return [
            (.opaque, "sklearn.metrics._dist_metrics", text),
            (.opaque, "sklearn.neighbors._dist_metrics", text),
            (.opaque, "sklearn.neighbors._kd_tree", "KDTree KDTree64 KDTree32"),
            (.opaque, "sklearn.neighbors._ball_tree", "BallTree BallTree64 BallTree32"),
        ]
    }()

    private static let helpers: [(PickleGlobals.Role, String, String)] = [
        (.opaque, "functools", "partial"),
        (.token, "sklearn.utils.validation", "check_array"),
        (.opaque, "sklearn.compose._column_transformer", "make_column_selector"),
        (.opaque, "numpy", "vectorize"),
        (.opaque, "numpy.ma.core", "_mareconstruct"),
        (.token, "numpy.ma.core", "MaskedArray"),
        (.token, "numpy.ma", "MaskedArray"),
    ]

    /// What a booster keeps of how it was trained.
    private static let callbacks: [(PickleGlobals.Role, String, String)] = [
        (
            .opaque, "xgboost.callback",
            "EarlyStopping EvaluationMonitor LearningRateScheduler TrainingCheckPoint"
        ),
        (.opaque, "lightgbm.basic", "_InnerPredictor"),
    ]

    /// What people put beside an estimator: values of Python's standard library that nothing here looks into.
    private static let plainValues: [(PickleGlobals.Role, String, String)] = [
        (.opaque, "builtins", "range"),
        (.opaque, "__builtin__", "xrange range"),
        (.token, "builtins", "Ellipsis NotImplemented tuple"),
        (.token, "__builtin__", "Ellipsis NotImplemented tuple"),
        (.opaque, "decimal", "Decimal"),
        (.opaque, "fractions", "Fraction"),
        (.opaque, "pathlib", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath"),
        (.opaque, "pathlib._local", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath"),
        (.opaque, "types", "SimpleNamespace"),
        (.opaque, "uuid", "UUID SafeUUID"),
        (.distribution, "zoneinfo", "ZoneInfo"),
        (.distribution, "zoneinfo._zoneinfo", "ZoneInfo"),
        (.opaque, "pytz", "_UTC _p"),
    ]

    /// What a search keeps of how it searched: masked arrays of results, scorers, splitters, distributions.
    private static let searches: [(PickleGlobals.Role, String, String)] = [
        (
            .opaque, "sklearn.metrics._scorer",
            "_PredictScorer _ProbaScorer _ThresholdScorer _PassthroughScorer _Scorer _MultimetricScorer"
        ),
        (
            .token, "sklearn.metrics._scorer",
            "_passthrough_scorer positive_likelihood_ratio negative_likelihood_ratio"
        ),
        // Which parameters a scorer asks for, 1.3 to 1.8.
        (.opaque, "sklearn.utils._metadata_requests", "MetadataRequest MethodMetadataRequest"),
        (.token, "sklearn.model_selection._search_successive_halving", "_refit_callable _top_k"),
        (
            .token, "sklearn.metrics._classification",
            "accuracy_score balanced_accuracy_score brier_score_loss d2_brier_score d2_log_loss_score f1_score "
                + "fbeta_score jaccard_score log_loss matthews_corrcoef precision_score recall_score cohen_kappa_score"
        ),
        (.token, "sklearn.metrics._ranking", "average_precision_score roc_auc_score top_k_accuracy_score"),
        (
            .token, "sklearn.metrics._regression",
            "d2_absolute_error_score explained_variance_score max_error mean_absolute_error "
                + "mean_absolute_percentage_error mean_gamma_deviance mean_poisson_deviance mean_squared_error "
                + "mean_squared_log_error median_absolute_error r2_score root_mean_squared_error "
                + "root_mean_squared_log_error"
        ),
        (
            .opaque, "sklearn.model_selection._split",
            "KFold StratifiedKFold GroupKFold StratifiedGroupKFold TimeSeriesSplit ShuffleSplit StratifiedShuffleSplit "
                + "GroupShuffleSplit RepeatedKFold RepeatedStratifiedKFold LeaveOneOut LeavePOut LeaveOneGroupOut "
                + "LeavePGroupsOut PredefinedSplit _CVIterableWrapper"
        ),
        (
            .distribution, "scipy.stats._distn_infrastructure",
            "rv_frozen rv_continuous_frozen rv_discrete_frozen"
        ),
        (
            .distribution, "scipy.stats._continuous_distns",
            "uniform_gen reciprocal_gen loguniform_gen norm_gen truncnorm_gen expon_gen gamma_gen beta_gen lognorm_gen"
        ),
        (.distribution, "scipy.stats._discrete_distns", "randint_gen poisson_gen geom_gen binom_gen"),
    ]
}
