"""Makes the cases beside this file that differ by the version of scikit-learn: run it once with each of 0.24, 1.7 and 1.9.

    NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX X86_V4" OMP_NUM_THREADS=1 python make_version_fixtures.py

Without AVX-512, because NumPy's exp differs there in the last bit from glibc's.
"""

import base64, datetime, decimal, json, os, pathlib, pickle, tempfile, uuid, warnings
import joblib, numpy as np, sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn-" + sklearn.__version__)
os.makedirs(out, exist_ok=True)


def array(values):
    values = np.asarray(values)
    if values.dtype.kind == "f":
        text = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
        return dict(dtype=str(values.dtype), shape=list(values.shape), b64=text)
    return dict(dtype="int64", shape=list(values.shape), data=[int(x) for x in values.ravel()])


def case(name, model, rows, rounding="exact", saved=None):
    """Writes the model, or what `saved` makes of it, and all that it answers for the rows."""
    methods = ["predict", "predict_proba", "decision_function", "score_samples"]
    outputs = {method: getattr(model, method)(rows) for method in methods if hasattr(model, method)}
    kinds = {method: rounding for method in outputs}
    if hasattr(model, "classes_") or "score_samples" in outputs:
        kinds["predict"] = "label"
    with open(f"{out}/{name}.p4.pkl", "wb") as file:
        pickle.dump(saved(model) if saved else model, file, protocol=4)
    last = model[-1] if hasattr(model, "steps") else model
    content = dict(
        case=name,
        final_estimator=type(last).__name__,
        X=array(rows),
        outputs={method: array(values) for method, values in outputs.items()},
        rounding=kinds,
        files=[dict(file=f"{name}.p4.pkl")],
    )
    with open(f"{out}/{name}.json", "w") as file:
        json.dump(content, file)


X, y = load_iris(return_X_y=True)
missing = X[::12].copy()
missing[::2, 1] = np.nan
tree = DecisionTreeClassifier(max_depth=3, random_state=0)

if version == (0, 24):
    online = SGDClassifier(loss="hinge", random_state=0)
    online.partial_fit(X, y, classes=[0, 1, 2])
    case("partial_fit", online, X[::12], "blas")

if version == (1, 7):
    searched = GridSearchCV(
        tree,
        {"max_depth": [2, 3]},
        cv=KFold(2, shuffle=True, random_state=np.random.RandomState(0)),
        scoring=make_scorer(f1_score, average="macro"),
    )
    case("search_scorer", searched.fit(X, y), X[::12])

    def mapped(model):
        path = os.path.join(tempfile.mkdtemp(), "model.joblib")
        joblib.dump(model, path)
        return joblib.load(path, mmap_mode="r")

    scaled = make_pipeline(StandardScaler(), tree).fit(X, y)
    case("memory_mapped", scaled, X[::12], saved=mapped)
    beside = dict(
        id=uuid.UUID(int=5),
        price=decimal.Decimal("1.25"),
        path=pathlib.PurePosixPath("/a"),
        at=datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
        time=datetime.time(1, 2),
        rows=range(3),
        rest=...,
    )
    case("plain_values", scaled, X[::12], saved=lambda model: dict(beside, model=model))
    forest = IsolationForest(n_estimators=3, max_samples=16, random_state=0).fit(X)
    far = np.vstack([X[::25], [[np.inf] * 4, [-np.inf] * 4, [1e39, 3, -1e39, np.nan]]])
    case("infinite", forest, far, "libm")
    small = make_pipeline(StandardScaler(), IsolationForest(n_estimators=3, max_samples=16, random_state=0))
    case("infinite_scaled", small.fit(X * 1e-6), np.vstack([X[::25] * 1e-6, [[3e38] * 4, [-3e38] * 4]]), "libm")

if version == (1, 9):
    bound = DecisionTreeClassifier(max_depth=3, monotonic_cst=[1, 0, 0, -1], random_state=0)
    case("missing_monotonic", bound.fit(X, (y == 1) * 1), missing)
    absolute = DecisionTreeRegressor(max_depth=3, criterion="absolute_error", random_state=0)
    case("missing_absolute", absolute.fit(X, y * 1.0), missing)
    case("clipped", make_pipeline(MaxAbsScaler(clip=True), tree).fit(X[::2], y[::2]), X[::12] * 1.5)
    empty = X.copy()
    empty[:, 2] = np.nan
    constant = make_pipeline(SimpleImputer(strategy="constant", fill_value=3), tree).fit(empty, y)
    case("constant_drops", constant, missing)
