/// Part of ``PickleGlobals``: the classes whose state converters read, and those of the same libraries that a converter
/// refuses by class and version.
enum PickleScikitGlobals {
    static let table: [(PickleGlobals.Role, String, String)] =
        trees + linear + preparation + wrappers + boosters + others

    private static let trees: [(PickleGlobals.Role, String, String)] = [
        (.stateful, "sklearn.tree._tree", "Tree"),
        (
            .object, "sklearn.tree._classes",
            "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor"
        ),
        (.object, "sklearn.ensemble._iforest", "IsolationForest"),
        (
            .object, "sklearn.ensemble._forest",
            "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor"
        ),
        (.object, "sklearn.ensemble._gb", "GradientBoostingClassifier GradientBoostingRegressor"),
        (
            .object, "sklearn.ensemble._hist_gradient_boosting.gradient_boosting",
            "HistGradientBoostingClassifier HistGradientBoostingRegressor"
        ),
        (.object, "sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"),
        (.object, "sklearn.ensemble._hist_gradient_boosting.binning", "_BinMapper"),
        (.object, "sklearn.ensemble._weight_boosting", "AdaBoostClassifier AdaBoostRegressor"),
        (.object, "sklearn.ensemble._bagging", "BaggingClassifier BaggingRegressor"),
        (.object, "sklearn.dummy", "DummyClassifier DummyRegressor"),
    ]

    private static let linear: [(PickleGlobals.Role, String, String)] = [
        (.object, "sklearn.linear_model._logistic", "LogisticRegression LogisticRegressionCV"),
        (.object, "sklearn.linear_model._base", "LinearRegression"),
        (.object, "sklearn.linear_model._ridge", "Ridge RidgeClassifier RidgeCV RidgeClassifierCV"),
        (
            .object, "sklearn.linear_model._coordinate_descent",
            "Lasso ElasticNet LassoCV ElasticNetCV MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet "
                + "MultiTaskElasticNetCV"
        ),
        (.object, "sklearn.linear_model._huber", "HuberRegressor"),
        (
            .object, "sklearn.linear_model._passive_aggressive",
            "PassiveAggressiveClassifier PassiveAggressiveRegressor"
        ),
        (.object, "sklearn.linear_model._perceptron", "Perceptron"),
        (.object, "sklearn.linear_model._bayes", "BayesianRidge ARDRegression"),
        (.object, "sklearn.linear_model._least_angle", "Lars LarsCV LassoLars LassoLarsCV LassoLarsIC"),
        (.object, "sklearn.linear_model._omp", "OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV"),
        (.object, "sklearn.linear_model._theil_sen", "TheilSenRegressor"),
        (.object, "sklearn.linear_model._quantile", "QuantileRegressor"),
        (.object, "sklearn.linear_model._glm.glm", "PoissonRegressor GammaRegressor TweedieRegressor"),
        (.object, "sklearn.linear_model._stochastic_gradient", "SGDClassifier SGDRegressor SGDOneClassSVM"),
        (.object, "sklearn.svm._classes", "OneClassSVM SVC SVR NuSVC NuSVR LinearSVC LinearSVR"),
    ]

    private static let preparation: [(PickleGlobals.Role, String, String)] = [
        (
            .object, "sklearn.preprocessing._data",
            "StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PolynomialFeatures Normalizer PowerTransformer "
                + "QuantileTransformer Binarizer"
        ),
        (.object, "sklearn.preprocessing._polynomial", "PolynomialFeatures"),
        (.object, "sklearn.preprocessing._encoders", "OneHotEncoder OrdinalEncoder"),
        (.object, "sklearn.preprocessing._label", "LabelBinarizer LabelEncoder MultiLabelBinarizer"),
        (.object, "sklearn.preprocessing._function_transformer", "FunctionTransformer"),
        (.object, "sklearn.preprocessing._discretization", "KBinsDiscretizer"),
        (.object, "sklearn.impute._base", "SimpleImputer MissingIndicator"),
        (.object, "sklearn.decomposition._pca", "PCA"),
        (.object, "sklearn.decomposition._incremental_pca", "IncrementalPCA"),
        (.object, "sklearn.decomposition._truncated_svd", "TruncatedSVD"),
    ]

    private static let wrappers: [(PickleGlobals.Role, String, String)] = [
        (.object, "sklearn.pipeline", "Pipeline FeatureUnion"),
        (.object, "sklearn.compose._column_transformer", "ColumnTransformer _RemainderColsList"),
        (.object, "sklearn.compose._target", "TransformedTargetRegressor"),
        (.object, "sklearn.model_selection._search", "GridSearchCV RandomizedSearchCV"),
        (
            .object, "sklearn.model_selection._search_successive_halving",
            "HalvingGridSearchCV HalvingRandomSearchCV"
        ),
        (
            .object, "sklearn.calibration",
            "CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration _TemperatureScaling"
        ),
        (.object, "sklearn.isotonic", "IsotonicRegression"),
        (.object, "sklearn.frozen._frozen", "FrozenEstimator"),
        (.object, "sklearn.ensemble._voting", "VotingClassifier VotingRegressor"),
        (.object, "sklearn.ensemble._stacking", "StackingClassifier StackingRegressor"),
        (.object, "sklearn.multiclass", "OneVsRestClassifier OneVsOneClassifier"),
        (.object, "sklearn.multioutput", "MultiOutputClassifier MultiOutputRegressor"),
        (.dictionary, "sklearn.utils", "Bunch"),
        (.dictionary, "sklearn.utils._bunch", "Bunch"),
    ]

    private static let boosters: [(PickleGlobals.Role, String, String)] = [
        (.object, "xgboost.sklearn", "XGBClassifier XGBRegressor XGBRFClassifier XGBRFRegressor XGBRanker"),
        (.object, "xgboost.core", "Booster"),
        (.object, "xgboost.compat", "XGBoostLabelEncoder"),
        (.object, "lightgbm.sklearn", "LGBMClassifier LGBMRegressor LGBMRanker"),
        (.object, "lightgbm.basic", "Booster"),
    ]

    private static let others: [(PickleGlobals.Role, String, String)] = [
        (.object, "sklearn.neighbors._lof", "LocalOutlierFactor"),
        (.stateful, "sklearn.neighbors._kd_tree", "newObj"),
        (.stateful, "sklearn.neighbors._ball_tree", "newObj"),
        (.object, "sklearn.neighbors._classification", "KNeighborsClassifier"),
        (.object, "sklearn.neighbors._regression", "KNeighborsRegressor"),
        (.object, "sklearn.naive_bayes", "GaussianNB BernoulliNB MultinomialNB"),
        (.object, "sklearn.covariance._elliptic_envelope", "EllipticEnvelope"),
        (.object, "sklearn.cluster._kmeans", "KMeans MiniBatchKMeans"),
    ]
}
