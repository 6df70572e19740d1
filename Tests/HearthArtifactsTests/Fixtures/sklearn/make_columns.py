"""Makes cases of columns that are text, taken apart or made anew, and of transformers that stand alone.

    NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX X86_V4" OMP_NUM_THREADS=1 \
        python make_columns.py [FOLDER [CASE...]]

Without CASE all are written: more than the repository keeps. pandas is needed.
"""

import base64, json, os, pickle, sys, warnings

import joblib, numpy as np, pandas as pd, sklearn

warnings.filterwarnings("ignore")
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.ensemble import *
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import *
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import *
from sklearn.tree import *

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(sys.argv[1] if len(sys.argv) > 1 else here, "sklearn-" + sklearn.__version__)
wanted = sys.argv[2:]
version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
os.makedirs(out, exist_ok=True)
nan = float("nan")


def cell(value):
    if value is None or isinstance(value, str):
        return value
    value = float(value)
    return "NaN" if value != value else value


def arr(a):
    if hasattr(a, "toarray"):
        a = a.toarray()
    a = np.asarray(a)
    if a.dtype.kind == "U" or (a.dtype.kind == "O" and all(isinstance(x, str) for x in a.ravel())):
        return dict(dtype="str", shape=list(a.shape), data=[str(x) for x in a.ravel()])
    if a.dtype.kind == "O":
        a = a.astype(float)
    if a.dtype.kind == "f":
        b64 = base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()
        return dict(dtype=str(a.dtype), shape=list(a.shape), b64=b64)
    return dict(dtype="bool" if a.dtype.kind == "b" else "int64", shape=list(a.shape), data=[int(x) for x in a.ravel()])


def case(name, make, X, y=None, rows=None, rounding="libm"):
    if wanted and name not in wanted:
        return
    try:
        m = make().fit(X) if y is None else make().fit(X, y)
        X = X if rows is None else rows
        X = X.iloc[:40] if hasattr(X, "iloc") else X[:40]
        outs, rnd = {}, {}
        methods = ["predict", "predict_proba", "decision_function", "score_samples"]
        for k in methods if hasattr(m, "predict") else ["transform"]:
            if not hasattr(m, k):
                continue
            outs[k] = arr(getattr(m, k)(X))
            isl = k == "predict" and hasattr(m, "classes_")
            rnd[k] = "label" if isl else rounding
    except Exception as e:
        print(f"{sklearn.__version__} {name}: {type(e).__name__} {str(e)[:150]}")
        return
    f = m[-1] if isinstance(m, Pipeline) else m
    with open(f"{out}/{name}.p4.pkl", "wb") as fh:
        pickle.dump(m, fh, protocol=4)
    joblib.dump(m, f"{out}/{name}.joblib")
    table = X.to_numpy(dtype=object) if hasattr(X, "iloc") else np.asarray(X)
    if table.dtype.kind in "OU":
        # Numbers also by their bits; NaN stands for everything else.
        bits = np.array([nan if v is None or isinstance(v, str) else float(v) for v in table.ravel()])
        b64 = base64.b64encode(bits.tobytes()).decode()
        rows = dict(dtype="object", shape=list(table.shape), data=[cell(v) for v in table.ravel()], b64=b64)
    else:
        rows = arr(table.astype(float))
    content = dict(
        case=name,
        final_estimator=type(f).__name__,
        X=rows,
        outputs=outs,
        rounding=rnd,
        files=[dict(file=f"{name}.p4.pkl"), dict(file=f"{name}.joblib")],
    )
    json.dump(content, open(f"{out}/{name}.json", "w"))


rng = np.random.RandomState(1)
n = 80
color = rng.choice(["red", "green", "blue", "\u015feker", "a\u0308", "\u00e4"], n).astype(object)
size = rng.choice(["S", "M", "L"], n).astype(object)
yes = rng.choice(["no", "yes"], n).astype(object)
age = rng.normal(40, 10, n).round(1)
pay = rng.normal(0, 1e4, n)
kind = rng.choice([0.0, 1.0, 2.5, 7.0], n)
y = (age + 10 * (size == "L") + 5 * (color == "red") > 45).astype(int)
y3 = np.array(["lo", "mid", "top"])[np.digitize(pay, [-5000, 5000])]
X = np.column_stack([color, age.astype(object), size, pay.astype(object), yes, kind.astype(object)])
df = pd.DataFrame(dict(color=color, age=age, size=size, pay=pay, yes=yes, kind=kind))
strange = X[:40].copy()
strange[::3, 0] = "violet"
strange[1::4, 2] = ""
strange[2::5, 5] = 3.0
gap = df.copy()
gap.loc[::5, "color"] = nan
gap.loc[1::6, "age"] = nan
gap.loc[2::7, "size"] = None
gap["size"] = gap["size"].astype(object).where(gap["size"].notna(), None)
gap.loc[3::7, "kind"] = nan
N = df[["age", "pay", "kind"]].to_numpy()
Nn = gap[["age", "pay", "kind"]].to_numpy()
dense = dict(sparse_output=False) if version >= (1, 2) else dict(sparse=False)


def one(**k):
    return OneHotEncoder(**k)


def logreg():
    return LogisticRegression(max_iter=300)


mixed = lambda **k: ColumnTransformer([("c", one(handle_unknown="ignore"), [0, 2, 4]), ("n", StandardScaler(), [1, 3])], **k)
case("ct_logreg", lambda: make_pipeline(mixed(), logreg()), X, y, strange, "blas")
case("ct_rf", lambda: make_pipeline(mixed(remainder="passthrough"), RandomForestClassifier(5, random_state=0)), X, y3, strange)
case("ct_only", lambda: mixed(remainder="passthrough", sparse_threshold=0), X, None, strange)
case("ct_sparse", lambda: ColumnTransformer([("c", one(handle_unknown="ignore"), [0, 2, 4]), ("p", "passthrough", [3])], sparse_threshold=1.0), X, None, strange)
case("ct_sparse_scaled", lambda: make_pipeline(ColumnTransformer([("c", one(), [0, 2, 4]), ("p", "passthrough", [1, 3])], sparse_threshold=1.0), StandardScaler(with_mean=False), MaxAbsScaler(), RobustScaler(with_centering=False)), X)
case("ct_weights", lambda: mixed(transformer_weights=dict(c=0.3, n=1.7)), X)
case("ct_names", lambda: make_pipeline(ColumnTransformer([("c", one(handle_unknown="ignore"), ["size", "color"]), ("drop", "drop", ["yes"]), ("n", MinMaxScaler(), slice("age", "age")), ("e", "passthrough", [])], remainder="drop"), logreg()), df, y, None, "blas")
case("ct_remainder", lambda: ColumnTransformer([("c", one(**dense), ["size"]), ("d", "drop", ["color", "yes"])], remainder=RobustScaler()), df)
case("ct_remainder_pass", lambda: ColumnTransformer([("c", OrdinalEncoder(), ["size", "color", "yes"])], remainder="passthrough"), df)
case("ct_selector", lambda: make_column_transformer((one(), make_column_selector(dtype_include=object)), (StandardScaler(), make_column_selector(dtype_include=np.number))), df)
case("ct_mask", lambda: ColumnTransformer([("a", one(), [True, False, True, False, False, False]), ("b", MaxAbsScaler(), np.array([False, True, False, True, False, True]))]), X)
case("ct_slices", lambda: ColumnTransformer([("a", one(), slice(0, None, 4)), ("b", MaxAbsScaler(), slice(-5, 4, 2)), ("c", OrdinalEncoder(), [-4])]), X)
case("ct_twice", lambda: ColumnTransformer([("a", one(), [2]), ("b", OrdinalEncoder(), [2]), ("n", StandardScaler(), [1]), ("m", MinMaxScaler(), [1])]), X)
case("ct_nested", lambda: make_pipeline(ColumnTransformer([("in", ColumnTransformer([("o", one(drop="first"), [1]), ("p", "passthrough", [0])]), [1, 2]), ("f", make_union(StandardScaler(), MinMaxScaler()), [3])]), MaxAbsScaler(), Ridge()), X, pay, None, "blas")
case("ct_imputed", lambda: make_pipeline(ColumnTransformer([("t", make_pipeline(SimpleImputer(strategy="most_frequent"), one(handle_unknown="ignore")), ["color"]), ("u", make_pipeline(SimpleImputer(missing_values=None, strategy="constant", fill_value="none"), one()), ["size"]), ("n", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), ["age", "kind"])]), logreg()), gap, y, None, "blas")
case("ct_missing_cats", lambda: ColumnTransformer([("o", one(), ["color", "size", "kind"]), ("r", OrdinalEncoder(), ["yes"])]), gap)
case("union", lambda: make_union(SimpleImputer(), MissingIndicator(features="all"), make_pipeline(SimpleImputer(strategy="median"), StandardScaler())), Nn)
case("union_pass", lambda: FeatureUnion([("a", StandardScaler()), ("b", "passthrough"), ("c", "drop")], transformer_weights=dict(a=2.0)), N)
case("function_none", lambda: make_pipeline(FunctionTransformer(), StandardScaler(), FunctionTransformer()), N)
case("oh_drop_first", lambda: one(drop="first"), X[:, [0, 2, 4]])
case("oh_drop_binary", lambda: one(drop="if_binary", handle_unknown="ignore" if version >= (1, 0) else "error"), X[:, [0, 2, 4]], None, strange[:, [0, 2, 4]] if version >= (1, 0) else None)
case("oh_drop_list", lambda: one(drop=["red", "M", "yes"]), X[:, [0, 2, 4]])
case("oh_numbers", lambda: one(handle_unknown="ignore"), Nn[:, [2]], None, np.array([[0.0], [-0.0], [2.5], [7], [7.000001], [nan], [-1]]))
case("oh_ints", lambda: one(handle_unknown="ignore", dtype=int), rng.randint(-3, 3, (n, 2)), None, rng.randint(-5, 5, (30, 2)))
case("oh_bool", lambda: one(), rng.rand(n, 2) > 0.5)
case("oh_listed", lambda: one(categories=[["M", "S", "L", "XL"], ["yes", "no"]], handle_unknown="ignore"), X[:, [2, 4]], None, strange[:, [2, 4]])
case("oh_none", lambda: one(handle_unknown="ignore"), gap[["size", "color"]].to_numpy(), None, np.array([["S", None], [None, nan], [nan, "red"], ["XL", "blue"]], dtype=object))
case("oh_strings", lambda: one(handle_unknown="ignore"), X[:, [0, 2]].astype(str), None, strange[:, [0, 2]])
case("ord_plain", lambda: OrdinalEncoder(), X[:, [0, 2, 4]])
case("ord_unknown", lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), X[:, [0, 2, 4]], None, strange[:, [0, 2, 4]])
case("ord_unknown_nan", lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=nan), N[:, [2]], None, np.array([[0.0], [3], [7], [2.5]]))
case("ord_int", lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=99, dtype=np.int64), X[:, [2]], None, strange[:, [2]])
if version >= (1, 1):
    case("ord_missing", lambda: OrdinalEncoder(encoded_missing_value=-7, handle_unknown="use_encoded_value", unknown_value=-8), gap[["color", "kind", "size"]], None, pd.DataFrame(dict(color=["red", nan, "x"], kind=[nan, 1.0, 9.0], size=["S", None, "L"])))
case("ord_listed", lambda: OrdinalEncoder(categories=[["S", "M", "L"]]), X[:, [2]])
case("scaler_clip", lambda: MinMaxScaler(feature_range=(-1, 2), clip=True), N, None, np.vstack([N * 3, [[nan, 1, -1e300]]]))
case("scaler_std", lambda: StandardScaler(with_std=False), N, None, Nn)
case("scaler_robust", lambda: RobustScaler(unit_variance=True), N, None, Nn)
case("scaler_max", lambda: MaxAbsScaler(clip=True) if version >= (1, 9) else MaxAbsScaler(), N, None, Nn * 2)
case("imp_text_onehot", lambda: make_pipeline(SimpleImputer(strategy="constant", missing_values="M", fill_value="?"), OrdinalEncoder()), X[:, [2, 4]])
case("imp_empty", lambda: SimpleImputer(add_indicator=True), np.column_stack([Nn, np.full(n, nan)]))
case("imp_minus_one", lambda: make_pipeline(SimpleImputer(missing_values=-1, strategy="most_frequent", add_indicator=True), RandomForestRegressor(3, random_state=0)), np.where(N < 0, -1, N), pay)
case("iforest_ct", lambda: make_pipeline(ColumnTransformer([("c", OrdinalEncoder(), [0, 2]), ("n", "passthrough", [1, 3])]), IsolationForest(n_estimators=5, random_state=0)), X)
case("gb_ct", lambda: make_pipeline(mixed(), GradientBoostingClassifier(n_estimators=4, random_state=0)), X, y3, strange)
if version >= (1, 0):
    case("hgb_ct", lambda: make_pipeline(ColumnTransformer([("c", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), [0, 2])], remainder="passthrough", sparse_threshold=0), HistGradientBoostingClassifier(max_iter=4, min_samples_leaf=3, categorical_features=[0])), X[:, :4], y, strange[:, :4])
    H = np.column_stack([kind, age, rng.randint(0, 9, n), pay])
    Hn = np.vstack([H[:30], [[nan, nan, nan, nan], [3, 1, 200, 4], [0, np.inf, 5, -np.inf]]])
    case("hgb_cat", lambda: HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3, categorical_features=[2]), H, y3, Hn)
if version >= (1, 4):
    case("hgb_cat_kind", lambda: HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3, categorical_features=[0, 2]), H, pay, Hn)
    case("hgb_cat_all", lambda: HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3, categorical_features=[0, 1]), H[:, [0, 2]], pay)
    dc = gap.copy()
    for name in ["color", "size", "yes"]:
        dc[name] = dc[name].astype("category")
    case("hgb_frame", lambda: HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3, categorical_features="from_dtype"), dc, y3)
    do = gap[["color", "age", "yes"]]
    case("hgb_text", lambda: HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3, categorical_features=["color", "yes"]), do, y, do.assign(color=do["color"].where(np.arange(n) % 4 != 1, "violet")))
if version >= (1, 2):
    case("ct_pandas", lambda: make_pipeline(ColumnTransformer([("c", one(**dense), ["size"]), ("n", StandardScaler(), ["age", "pay"])], verbose_feature_names_out=False).set_output(transform="pandas"), DecisionTreeRegressor(max_depth=3)), df, pay)
case("pipe_scalers", lambda: make_pipeline(SimpleImputer(missing_values=0, strategy="median"), StandardScaler(), MinMaxScaler()), N)
