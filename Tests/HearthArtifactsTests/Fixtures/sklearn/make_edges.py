"""Makes cases of what versions left in their files or decided in their own way; more than the repository keeps.

    NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX X86_V4" OMP_NUM_THREADS=1 python make_edges.py [FOLDER]
"""

import base64, json, os, pickle, sys

import numpy as np, sklearn
from sklearn.neighbors import LocalOutlierFactor
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.tree import ExtraTreeClassifier

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(sys.argv[1] if len(sys.argv) > 1 else here, "sklearn-" + sklearn.__version__)
version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
os.makedirs(out, exist_ok=True)
rng = np.random.RandomState(0)


def arr(a):
    a = np.asarray(a)
    if a.dtype.kind == "O":
        return dict(dtype="object", shape=list(a.shape), data=a.ravel().tolist())
    if a.dtype.kind == "f":
        b64 = base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()
        return dict(dtype=str(a.dtype), shape=list(a.shape), b64=b64)
    return dict(dtype="int64", shape=list(a.shape), data=a.ravel().tolist())


def case(name, m, X, methods, rounding="exact"):
    with open(f"{out}/{name}.p4.pkl", "wb") as file:
        pickle.dump(m, file, protocol=4)
    outputs = {k: getattr(m, k)(X) for k in methods}
    outputs = {k: arr(a.toarray() if hasattr(a, "toarray") else a) for k, a in outputs.items()}
    content = dict(
        case=name,
        final_estimator=type(m).__name__,
        X=arr(X),
        outputs=outputs,
        rounding={k: "label" if k == "predict" else rounding for k in methods},
        files=[dict(file=f"{name}.p4.pkl")],
    )
    with open(f"{out}/{name}.json", "w") as file:
        json.dump(content, file)


# 1.3.0 and 1.3.1 leave in 'missing_go_to_left' of leaves what the memory held.
if version == (1, 3):
    X = rng.randint(0, 9, (30, 2)).astype(float)
    case("leaf_flags", ExtraTreeClassifier(max_depth=2, random_state=1).fit(X, X[:, 0] > 4), X[:8], ["predict"])
# Equally near neighbours.
if version <= (1, 0):
    X = rng.randint(0, 4, (24, 2)).astype(float)
    for algorithm, metric in [("ball_tree", "euclidean")]:
        m = LocalOutlierFactor(n_neighbors=3, novelty=True, algorithm=algorithm, metric=metric, leaf_size=3).fit(X)
        case(f"lof_equal_{metric}", m, X[:9] + 0.5, ["score_samples"], "libm")
# Infrequent categories.
if version in [(1, 1), (1, 7)]:
    X = np.array([["a"]] * 5 + [["b"]] * 4 + [["c"], ["d"]], dtype=object)
    rows = np.array([["a"], ["b"], ["c"], ["d"], ["new"]], dtype=object)
    options = dict(min_frequency=2, handle_unknown="infrequent_if_exist")
    case("oh_infrequent", OneHotEncoder(**options).fit(X), rows, ["transform"])
    case("oh_infrequent_drop", OneHotEncoder(drop="first", **options).fit(X), rows, ["transform"])
    dropped = OneHotEncoder(max_categories=2, drop="if_binary", handle_unknown="ignore").fit(X)
    case("oh_infrequent_ignore", dropped, rows, ["transform"])
    if version > (1, 2):
        options = dict(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=2)
        case("ord_infrequent", OrdinalEncoder(**options).fit(X), rows, ["transform"])
