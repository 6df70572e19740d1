"""Writes the cases of support vectors, neighbours, mixed columns, several targets and linear odds and ends.

Usage: make_machines.py OUT [CASE,CASE...], with OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell and NumPy kept from
AVX-512 (NPY_DISABLE_CPU_FEATURES, whose names depend on its version): its own exp rounds otherwise than that of glibc.
"""

import sys
import os
import json
import base64
import pickle
import hashlib
import platform
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import sklearn
import scipy
import joblib
from sklearn import datasets
from sklearn.svm import *
from sklearn.neighbors import *
from sklearn.decomposition import *
from sklearn.preprocessing import *
from sklearn.pipeline import make_pipeline, Pipeline
from sklearn.linear_model import *
from sklearn.ensemble import *
from sklearn.tree import *
from sklearn.impute import SimpleImputer

V = sklearn.__version__
out = os.path.join(sys.argv[1], "sklearn-" + V)
os.makedirs(out, exist_ok=True)
only = sys.argv[2].split(",") if len(sys.argv) > 2 else None
cases = []


def arr(a):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        a = a.astype("float64") if a.dtype != np.float32 else a
        return {
            "dtype": str(a.dtype),
            "shape": list(a.shape),
            "b64": base64.b64encode(np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes()).decode(),
        }
    kind = {"i": "int64", "b": "bool", "U": "str", "O": "str"}[a.dtype.kind]
    return {"dtype": kind, "shape": list(a.shape), "data": [x.item() if hasattr(x, "item") else x for x in a.ravel()]}


def case(name, m, X, methods, rounding, dataset="synthetic"):
    if only and name not in only:
        return
    X = np.asarray(X, dtype=np.float64)
    outs = {}
    for k in methods:
        r = getattr(m, k)(X)
        outs[k] = [arr(x) for x in r] if isinstance(r, list) else arr(r)
    fn = f"{name}.p4.pkl"
    data = pickle.dumps(m, protocol=4)
    open(os.path.join(out, fn), "wb").write(data)
    last = m.steps[-1][1] if isinstance(m, Pipeline) else m
    d = {
        "schema": 1,
        "case": name,
        "class": type(m).__name__,
        "final_estimator": type(last).__name__,
        "wrapped_in": None,
        "versions": {
            "scikit-learn": V,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "python": platform.python_version(),
        },
        "dataset": dataset,
        "params": {k: repr(v) for k, v in last.get_params(deep=False).items()},
        "files": [
            {"file": fn, "format": "pickle protocol 4", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        ],
        "X": arr(X),
        "outputs": outs,
        "rounding": {
            k: (
                "label"
                if k == "predict" and rounding != "num" and (hasattr(last, "classes_") or "score_samples" in methods)
                else "exact" if rounding == "num" else (rounding if isinstance(rounding, str) else rounding.get(k, "exact"))
            )
            for k in methods
        },
    }
    if hasattr(last, "classes_") and isinstance(last.classes_, np.ndarray):
        d["classes"] = arr(last.classes_)
    json.dump(d, open(os.path.join(out, name + ".json"), "w"))
    cases.append(name)


R = np.random.RandomState(7)
A = ["score_samples", "decision_function", "predict"]
X = R.normal(size=(60, 3))
X[:5] *= 4
XQ = np.vstack([X[:8], R.normal(size=(10, 3)) * 2, [[0, 0, 0], [-0.0, 1, 2], [9, -9, 9]]])
X20 = R.normal(size=(70, 37))
Q20 = np.vstack([X20[:5], R.normal(size=(20, 37)) * 1.5])
for k, kw in [
    ("rbf", {}),
    ("linear", {}),
    ("poly", dict(degree=3, coef0=0.5)),
    ("sigmoid", dict(coef0=0.1, gamma=0.05)),
    ("poly5", dict(kernel="poly", degree=5, gamma=0.3)),
]:
    case("ocsvm_" + k, OneClassSVM(**({"kernel": k, "nu": 0.2} | kw)).fit(X), XQ, A, "blas")
case("ocsvm_wide", OneClassSVM(nu=0.2).fit(X20), Q20, A, "blas")
case("ocsvm_pipe", make_pipeline(StandardScaler(), OneClassSVM(nu=0.1)).fit(X), XQ, A, "blas")
y = X @ [1.0, 2, 3] + R.normal(size=60) * 0.1
case("svr_rbf", SVR().fit(X, y), XQ, ["predict"], "blas")
case("nusvr_poly", NuSVR(kernel="poly").fit(X, y), XQ, ["predict"], "blas")
case("sgd_ocsvm", SGDOneClassSVM(random_state=0).fit(X), XQ, A, "blas")
# zero decision
m = OneClassSVM(kernel="linear", nu=0.5).fit(np.array([[1.0, 0], [2, 0], [3, 0], [4, 0]]))
case("ocsvm_zero", m, np.array([[m.offset_[0] / m.coef_[0, 0], 0], [1, 1], [2, 1], [2.5, 0], [3, 0]]), A, "blas")
XL = R.normal(size=(200, 3))
QL = np.vstack([XL[:10], R.normal(size=(25, 3)) * 2])
grid = R.randint(0, 4, size=(150, 3)).astype(float)
QG = np.vstack([grid[:12], R.randint(-1, 5, size=(40, 3)), [[1.5, 1.5, 1.5], [0.5, 2, 3]]]).astype(float)
for nm, kw in [
    ("lof_kd", {}),
    ("lof_kd5", dict(n_neighbors=5, leaf_size=4)),
    ("lof_ball", dict(algorithm="ball_tree", leaf_size=5)),
    ("lof_manhattan", dict(metric="manhattan")),
    ("lof_cheb", dict(metric="chebyshev", contamination=0.1)),
    ("lof_p1_ball", dict(p=1, algorithm="ball_tree")),
    ("lof_cheb_ball", dict(metric="chebyshev", algorithm="ball_tree")),
]:
    case(nm, LocalOutlierFactor(novelty=True, **kw).fit(XL), QL, A, "exact")
for nm, kw in [
    ("ties_kd", dict(leaf_size=3)),
    ("ties_kd7", dict(n_neighbors=7, leaf_size=10)),
    ("ties_ball", dict(algorithm="ball_tree", leaf_size=4, n_neighbors=33)),
    ("ties_man", dict(metric="manhattan", leaf_size=2, n_neighbors=40)),
    ("ties_cheb", dict(metric="chebyshev", n_neighbors=9)),
    ("ties_brute_man", dict(algorithm="brute", metric="manhattan", n_neighbors=11)),
]:
    case("lof_" + nm, LocalOutlierFactor(novelty=True, **kw).fit(grid), QG, A, "exact")
case("lof_ties_brute", LocalOutlierFactor(novelty=True, algorithm="brute", n_neighbors=9).fit(grid), QG, A, "exact")
case("lof_brute", LocalOutlierFactor(novelty=True, algorithm="brute").fit(XL), QL, A, "blas")
case("lof_brute_wide", LocalOutlierFactor(novelty=True).fit(X20), Q20, A, "blas")
case("lof_pipe", make_pipeline(StandardScaler(), LocalOutlierFactor(novelty=True)).fit(XL), QL, A, "exact")
# PCA, polynomial
bc = datasets.load_breast_cancer()
B = bc.data[:200]
by = bc.target[:200]
ir = datasets.load_iris()
I = ir.data
iy = ir.target
db = datasets.load_diabetes()
D = db.data
dy = db.target
P = ["predict", "predict_proba", "decision_function"]
case("pca_logreg", make_pipeline(StandardScaler(), PCA(5), LogisticRegression()).fit(B, by), B[::9], P, "blas")
case("pca_whiten_ridge", make_pipeline(PCA(4, whiten=True), Ridge()).fit(D, dy), D[::21], ["predict"], "blas")
case(
    "pca_rf",
    make_pipeline(PCA(3), RandomForestClassifier(4, max_depth=4, random_state=0)).fit(I, iy),
    I[::9],
    ["predict", "predict_proba"],
    "blas",
)
case("svd_ridge", make_pipeline(TruncatedSVD(4, random_state=0), Ridge()).fit(D, dy), D[::21], ["predict"], "blas")
for nm, kw in [
    ("poly2", {}),
    ("poly3i", dict(degree=3, interaction_only=True)),
    ("poly4nb", dict(degree=4, include_bias=False)),
    ("poly23", dict(degree=(2, 3))),
    ("poly24nb", dict(degree=(2, 4), include_bias=False, interaction_only=True)),
    ("poly01", dict(degree=(0, 1))),
]:
    case(
        nm + "_tree",
        make_pipeline(PolynomialFeatures(**kw), DecisionTreeRegressor(max_depth=5)).fit(D[:150, :4], dy[:150]),
        D[:40, :4],
        ["predict"],
        "exact",
    )
case(
    "poly_logreg",
    make_pipeline(PolynomialFeatures(2), StandardScaler(), LogisticRegression(max_iter=500)).fit(I, iy),
    I[::7],
    P,
    "blas",
)
In = I[:90].copy()
In[::7, 1] = np.nan
case(
    "imp_poly_hgb",
    make_pipeline(
        SimpleImputer(), PolynomialFeatures(2), HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=4)
    ).fit(In, iy[:90]),
    In[::4],
    P,
    "libm",
)
# several targets
Y2 = np.column_stack([iy, iy % 2, (I[:, 0] > 5.8) + 5])
YS = np.array([["a", "b", "ccc"][v] for v in iy])
YS = np.column_stack([YS, np.where(I[:, 0] > 5.8, "long", "x")])
T = ["predict", "predict_proba"]
Q = I[::8] + 0.013
case("mo_dt", DecisionTreeClassifier(max_depth=4, random_state=0).fit(I, Y2), Q, T, "exact")
case("mo_rf", RandomForestClassifier(5, max_depth=4, random_state=0).fit(I, Y2), Q, T, "exact")
case("mo_rf_text", RandomForestClassifier(5, max_depth=4, random_state=0).fit(I, YS), Q, T, "exact")
case("mo_et", ExtraTreesClassifier(5, max_depth=4, random_state=0).fit(I, Y2 * 1.0), Q, T, "exact")
case("mo_ext", ExtraTreeClassifier(max_depth=4, random_state=0).fit(I, Y2), Q, T, "exact")
YR = np.column_stack([dy, dy**0.5, D[:, 1]])
case("mo_dtr", DecisionTreeRegressor(max_depth=5).fit(D, YR), D[::19], ["predict"], "num")
case("mo_rfr", RandomForestRegressor(5, max_depth=4, random_state=0).fit(D, YR), D[::19], ["predict"], "num")
case("mo_etr", ExtraTreesRegressor(5, max_depth=4, random_state=0).fit(D, YR), D[::19], ["predict"], "num")
case("mo_linreg", LinearRegression().fit(D, YR), D[::19], ["predict"], "blas")
# labels of floats
case("float_rf", RandomForestClassifier(5, max_depth=4, random_state=0).fit(I, iy * 1.0), Q, T, "exact")
case("float_logreg", LogisticRegression().fit(B[:, :5], by * 2.0), B[::9, :5], P, "blas")
case("float_gb", GradientBoostingClassifier(n_estimators=5).fit(I[:100], iy[:100] * 1.0), I[:100:7], P, "libm")
# linear odds and ends
dg = datasets.load_digits()
G = dg.data[:400] / 16
gy = dg.target[:400]
case("sgd_huber_bin", SGDClassifier(loss="modified_huber", random_state=0).fit(B[:, :5], by), B[::9, :5], P, "blas")
case(
    "sgd_huber_tri",
    SGDClassifier(loss="modified_huber", random_state=0).fit(I, iy),
    np.vstack([I[::9], -I[:5] * 3]),
    P,
    "blas",
)
case("sgd_huber_ten", SGDClassifier(loss="modified_huber", random_state=0).fit(G, gy), G[::23], P, "blas")
PD = ["predict", "decision_function"]
for nm, m in [
    ("perceptron", Perceptron(random_state=0)),
    ("pa_clf", PassiveAggressiveClassifier(random_state=0)),
    ("linear_svc", LinearSVC(random_state=0)),
]:
    case(nm, m.fit(I, iy), Q, PD, "blas")
case("linear_svc_bin", LinearSVC(random_state=0, fit_intercept=False).fit(I[:100], iy[:100]), Q, PD, "blas")
for nm, m in [
    ("huber", HuberRegressor()),
    ("pa_reg", PassiveAggressiveRegressor(random_state=0)),
    ("linear_svr", LinearSVR(random_state=0)),
    ("bayes", BayesianRidge()),
    ("ard", ARDRegression()),
    ("encv", ElasticNetCV()),
    ("lassocv", LassoCV()),
    ("ridgecv", RidgeCV()),
    ("lars", Lars()),
    ("lassolars", LassoLars()),
    ("omp", OrthogonalMatchingPursuit()),
    ("theil", TheilSenRegressor(random_state=0, max_subpopulation=200)),
    ("quantile", QuantileRegressor(alpha=0.01, solver="highs")),
    ("poisson", PoissonRegressor()),
    ("gamma", GammaRegressor()),
    ("tweedie", TweedieRegressor(power=1.5)),
    ("tweedie0", TweedieRegressor(power=0)),
]:
    case(nm, m.fit(D, dy), D[::21], ["predict"], "blas")
case("mtlasso", MultiTaskLasso(alpha=0.01).fit(D, YR), D[::21], ["predict"], "blas")
case("logregcv", LogisticRegressionCV(cv=3, max_iter=200).fit(I, iy), Q, P, "blas")
try:
    case("logreg_multi2", LogisticRegression(multi_class="multinomial").fit(B[:, :5], by), B[::9, :5], P, "blas")
except TypeError:
    pass
case("hgb_ten", HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4).fit(G, gy), G[::23], P, "libm")
case("gb_ten", GradientBoostingClassifier(n_estimators=2, max_depth=2).fit(G, gy), G[::23], P, "libm")
if not only:
    json.dump(
        {"tag": "sklearn-" + V, "versions": {"scikit-learn": V, "numpy": np.__version__}, "cases": cases},
        open(os.path.join(out, "manifest.json"), "w"),
    )
print(V, len(cases))
