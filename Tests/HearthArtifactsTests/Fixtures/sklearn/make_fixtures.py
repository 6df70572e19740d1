"""Makes the cases beside this file: estimators, parameters and labels that the corpus does not have.

    NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX X86_V4" OMP_NUM_THREADS=1 python make_fixtures.py

Without AVX-512, because NumPy's exp differs there in the last bit from glibc's.
"""

import pickle, json, base64, os, numpy as np, warnings, sklearn

warnings.filterwarnings("ignore")
from sklearn.datasets import *
from sklearn.ensemble import *
from sklearn.tree import *
from sklearn.linear_model import *
from sklearn.preprocessing import *
from sklearn.pipeline import *
from sklearn.impute import *
from sklearn.model_selection import GridSearchCV

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn-" + sklearn.__version__)


def arr(a):
    a = np.asarray(a)
    if a.dtype.kind in "UO":
        return dict(dtype="str", shape=list(a.shape), data=[str(x) for x in a.ravel()])
    if a.dtype.kind == "f":
        return dict(
            dtype=str(a.dtype), shape=list(a.shape), b64=base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()
        )
    return dict(dtype="bool" if a.dtype.kind == "b" else "int64", shape=list(a.shape), data=[int(x) for x in a.ravel()])


def case(name, m, X, round_="libm", wrap=None):
    X = np.asarray(X)[:: max(1, len(X) // 20)]
    outs = {}
    rnd = {}
    for k in ["predict", "predict_proba", "decision_function", "score_samples"]:
        if not hasattr(m, k):
            continue
        a = getattr(m, k)(X)
        outs[k] = arr(a)
        isl = k == "predict" and (hasattr(m, "classes_") or np.asarray(a).dtype.kind != "f")
        rnd[k] = "label" if isl else round_
    f = m[-1] if isinstance(m, Pipeline) else m
    with open(f"{out}/{name}.p4.pkl", "wb") as fh:
        pickle.dump(m, fh, protocol=4)
    json.dump(
        dict(
            case=name,
            final_estimator=type(f).__name__,
            X=arr(np.asarray(X, float)),
            outputs=outs,
            rounding=rnd,
            files=[dict(file=f"{name}.p4.pkl")],
        ),
        open(f"{out}/{name}.json", "w"),
    )


Xi, yi = load_iris(return_X_y=True)
Xb, yb = load_breast_cancer(return_X_y=True)
Xd, yd = load_diabetes(return_X_y=True)
Xg, yg = load_digits(return_X_y=True)
names = np.array(["a", "bee", "sea"])
rng = np.random.RandomState(0)
Xn = Xi.copy()
Xn[rng.rand(*Xn.shape) < 0.1] = np.nan
case("gb_tri", GradientBoostingClassifier(n_estimators=7, random_state=0).fit(Xi, names[yi]), Xi)
case("gb_exp", GradientBoostingClassifier(n_estimators=7, loss="exponential", random_state=0).fit(Xb, yb == 1), Xb)
case(
    "gb_digits",
    GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0).fit(Xg[:300], yg[:300]),
    Xg[:100],
)
case("gb_zero", GradientBoostingRegressor(n_estimators=5, init="zero", loss="huber", random_state=0).fit(Xd, yd), Xd)
case("gb_q", GradientBoostingRegressor(n_estimators=5, loss="quantile", alpha=0.8, random_state=0).fit(Xd, yd), Xd)
case("gb_balanced", GradientBoostingClassifier(n_estimators=5, random_state=0).fit(Xb[:200], yb[:200]), Xb)
case("hgb_tri", HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(Xn, names[yi].astype(object)), Xn)
case("hgb_digits", HistGradientBoostingClassifier(max_iter=3, random_state=0).fit(Xg[:500], yg[:500]), Xg[:200])
case("hgb_poisson", HistGradientBoostingRegressor(max_iter=5, loss="poisson").fit(Xd, yd), Xd)
case("hgb_gamma", HistGradientBoostingRegressor(max_iter=5, loss="gamma").fit(Xd, yd), Xd)
case(
    "rf_digits",
    RandomForestClassifier(n_estimators=9, max_depth=5, random_state=0, class_weight="balanced").fit(Xg, yg),
    Xg[:300],
)
case("rf_nan", RandomForestClassifier(n_estimators=9, random_state=0).fit(Xn, yi), Xn)
case("et_nan", ExtraTreesClassifier(n_estimators=9, random_state=0).fit(Xn, yi), Xn)
case("et_bool", ExtraTreesClassifier(n_estimators=9, random_state=0).fit(Xb, yb == 1), Xb)
case("xt_clf", ExtraTreeClassifier(random_state=0).fit(Xi, yi), Xi)
case("xt_reg", ExtraTreeRegressor(random_state=0).fit(Xd, yd), Xd)
case("dt_mae", DecisionTreeRegressor(criterion="absolute_error", max_depth=4).fit(Xd, yd), Xd)
case("if_nan", IsolationForest(n_estimators=11, random_state=0, max_features=2, contamination=0.1).fit(Xn), Xn)
case("if_one", IsolationForest(n_estimators=5, max_samples=1, random_state=0).fit(Xi), Xi)
case(
    "pipe_all",
    make_pipeline(
        SimpleImputer(add_indicator=True),
        make_pipeline(MinMaxScaler(clip=True), RobustScaler(with_centering=False)),
        MaxAbsScaler(),
        StandardScaler(with_mean=False),
        "passthrough",
        RandomForestClassifier(n_estimators=5, random_state=0),
    ).fit(Xn, names[yi]),
    Xn,
)
case(
    "logreg_bin_str",
    LogisticRegression(max_iter=500).fit(Xb / Xb.max(0), np.array(["no", "yes"])[yb]),
    Xb / Xb.max(0),
    "blas",
)
case("logreg_liblinear", LogisticRegression(solver="liblinear").fit(Xi, yi == 1), Xi, "blas")
case("ridgeclf_tri", RidgeClassifier().fit(Xi, names[yi]), Xi, "blas")
case("ridgeclf_bin", RidgeClassifier().fit(Xi, yi == 2), Xi, "blas")
case("lasso", Lasso(0.1).fit(Xd, yd), Xd, "blas")
case("enet", ElasticNet(0.1, fit_intercept=False).fit(Xd, yd), Xd, "blas")
case("linreg_multi", LinearRegression().fit(Xd[:, :6], Xd[:, 6:]), Xd[:, :6], "blas")
case("linreg_noint_multi", LinearRegression(fit_intercept=False).fit(Xd[:, :6], Xd[:, 6:]), Xd[:, :6], "blas")
case("sgd_hinge", make_pipeline(StandardScaler(), SGDClassifier(random_state=0)).fit(Xi, yi), Xi, "blas")
case(
    "sgd_log_tri",
    make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=0)).fit(Xi, yi),
    Xi,
    "blas",
)
case("sgd_reg", make_pipeline(StandardScaler(), SGDRegressor(random_state=0)).fit(Xd, yd), Xd, "blas")
case(
    "grid", GridSearchCV(RandomForestClassifier(random_state=0), {"n_estimators": [3, 5]}, cv=2).fit(Xi, names[yi]), Xi
)
