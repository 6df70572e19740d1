"""Trains small XGBoost and LightGBM models and writes them with rows and the outputs that the library itself gives.

    python make_fixtures.py OUT [full] [seed=N] [case...]

writes `OUT/<library>-<version>/<case>.json` (layout of the corpus: X, outputs) with the model's own files beside it:
`<case>.model.json` and `<case>.ubj` (XGBoost `save_model`), `<case>.handle` (the bytes inside a pickled Booster) and
`<case>.txt` (LightGBM `save_model`). It runs once per virtual environment; `full` keeps every file of every case, without
it each case keeps one; names of cases restrict it to these. Outputs are named as Hearth names them: `predict` of a
classifier is the index of the class.

Made with CPython 3.11 on x86-64 Linux, one thread, wheels from PyPI: every case by xgboost 3.2.0 (with pandas) and
lightgbm 4.6.0, the cases of SOME by xgboost 1.5.2, 1.7.6, 2.1.4, 3.0.5 and lightgbm 3.3.5.
"""

import base64
import json
import os
import sys

import numpy as np

OUT = sys.argv[1]
FULL = "full" in sys.argv[2:]
SEED = next((int(item[5:]) for item in sys.argv[2:] if item.startswith("seed=")), 7)
SOME = [
    "binary", "binary_early", "binary_missing_zero", "binary_zero_nan", "category", "category_zero", "dart_base",
    "dart_multi", "forest_multi", "linear_multi", "logitraw", "multi_target", "ova", "poisson", "quantiles",
    "regression_zero", "softprob_early",
]
WANTED = [item for item in sys.argv[2:] if item != "full" and not item.startswith("seed=")]
WANTED = SOME if WANTED == ["SOME"] else WANTED


def array(values):
    values = np.ascontiguousarray(values)
    kind = values.dtype.newbyteorder("<")
    return {
        "dtype": values.dtype.name,
        "shape": list(values.shape),
        "b64": base64.b64encode(values.astype(kind).tobytes()).decode(),
    }


def write(folder, name, case, files):
    os.makedirs(folder, exist_ok=True)
    case = dict(case, schema=1, case=name, files=[])
    for suffix, data in files.items():
        case["files"].append({"file": name + suffix, "bytes": len(data)})
        with open(os.path.join(folder, name + suffix), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump(case, file, separators=(",", ":"))


def data(rng, categorical=False):
    X = np.round(rng.normal(size=(160, 4)) * 2, 3)
    X[:, 2] = np.where(rng.random(160) < 0.4, 0.0, X[:, 2])
    if categorical:
        X[:, 0] = rng.integers(0, 40, 160)
        X[:, 3] = rng.integers(0, 3, 160)
    return X


def rows(rng, X, thresholds, single, missing=True, categories=(), infinite=False):
    """Training rows, rows on and beside thresholds, both zeros, and rows with missing values."""
    out = [row.copy() for row in X[:8]]
    for column, threshold in thresholds[:10]:
        kind = np.float32 if single else np.float64
        for value in (threshold, np.nextafter(kind(threshold), kind(9e9)), np.nextafter(kind(threshold), kind(-9e9))):
            row = X[rng.integers(0, len(X))].copy()
            row[column] = value
            out.append(row)
    for value in (0.0, -0.0, 1e-36, -1e-36, 1.0000000180025095e-35, -1.0000000180025095e-35, 3e38, -3e38):
        row = X[rng.integers(0, len(X))].copy()
        row[[c for c in range(4) if c not in categories]] = value
        out.append(row)
    if infinite:
        for value in (np.inf, -np.inf):
            row = X[rng.integers(0, len(X))].copy()
            row[1] = value
            out.append(row)
    if missing:
        for column in range(4):
            row = X[rng.integers(0, len(X))].copy()
            row[column] = np.nan
            out.append(row)
        out.append(np.full(4, np.nan))
    for column in categories:
        for value in (0, 1, 2, 2.7, 5, 39, 40, 41, 63, 64, 1000, 70000, -1, -0.5):
            row = X[rng.integers(0, len(X))].copy()
            row[column] = value
            out.append(row)
    return np.array(out)


def labels(rng, X, kind):
    score = np.nan_to_num(X[:, 0]) * 0.2 + X[:, 1] + np.nan_to_num(X[:, 2]) * 0.5 + rng.normal(size=len(X)) * 0.3
    if kind == "binary":
        return (score > 0).astype(float)
    if kind == "multi":
        return np.digitize(score, [-1.0, 0.5]).astype(float)
    if kind == "positive":
        return np.exp(score / 3) + 0.1
    if kind == "count":
        return np.floor(np.exp(np.clip(score / 2, -2, 2)))
    if kind == "unit":
        return 1 / (1 + np.exp(-score))
    if kind == "rank":
        return np.digitize(score, [-1.0, 0.5, 2]).astype(float)
    return score


def softmax_classes(margin):
    return np.argmax(margin, axis=1).astype(np.int64)


# ---------------------------------------------------------------------------------------------------------- XGBoost

def xgboost_cases(version):
    tree = {"tree_method": "hist", "max_depth": 3, "eta": 0.5}
    cases = {
        "binary": ("binary", dict(tree, objective="binary:logistic")),
        "binary_exact": ("binary", dict(tree, objective="binary:logistic", tree_method="exact")),
        "binary_base": ("binary", dict(tree, objective="binary:logistic", base_score=0.3)),
        "binary_missing": ("binary", dict(tree, objective="binary:logistic", nan=True)),
        "binary_missing_zero": ("binary", dict(tree, objective="binary:logistic", missing=0.0)),
        "binary_early": ("binary", dict(tree, objective="binary:logistic", early=True, eta=2.0)),
        "logitraw": ("binary", dict(tree, objective="binary:logitraw")),
        "hinge": ("binary", dict(tree, objective="binary:hinge")),
        "softprob": ("multi", dict(tree, objective="multi:softprob", num_class=3)),
        "softprob_early": ("multi", dict(tree, objective="multi:softprob", num_class=3, early=True, eta=2.0)),
        "softmax": ("multi", dict(tree, objective="multi:softmax", num_class=3)),
        "squared": ("real", dict(tree, objective="reg:squarederror")),
        "squared_missing": ("real", dict(tree, objective="reg:squarederror", nan=True)),
        "squaredlog": ("positive", dict(tree, objective="reg:squaredlogerror")),
        "pseudohuber": ("real", dict(tree, objective="reg:pseudohubererror")),
        "reg_logistic": ("unit", dict(tree, objective="reg:logistic")),
        "poisson": ("count", dict(tree, objective="count:poisson")),
        "gamma": ("positive", dict(tree, objective="reg:gamma")),
        "tweedie": ("positive", dict(tree, objective="reg:tweedie")),
        "rank": ("rank", dict(tree, objective="rank:pairwise")),
        "rank_ndcg": ("rank", dict(tree, objective="rank:ndcg")),
        "cox": ("positive", dict(tree, objective="survival:cox")),
        "forest": ("binary", dict(tree, objective="binary:logistic", num_parallel_tree=3, subsample=0.7, eta=1)),
        "forest_multi": (
            "multi", dict(tree, objective="multi:softprob", num_class=3, num_parallel_tree=2, subsample=0.7)),
        "pruned": ("binary", dict(tree, objective="binary:logistic", tree_method="exact", gamma=1.5, max_depth=5)),
        "dart": ("binary", dict(tree, objective="binary:logistic", booster="dart", rate_drop=0.4, rounds=8)),
        "dart_base": (
            "real", dict(tree, objective="reg:squarederror", booster="dart", rate_drop=0.4, rounds=8, base_score=0.37)),
        "dart_multi": (
            "multi",
            dict(tree, objective="multi:softprob", num_class=3, booster="dart", rate_drop=0.4, rounds=6,
                 normalize_type="forest")),
        "linear": ("real", {"booster": "gblinear", "objective": "reg:squarederror"}),
        "linear_binary": ("binary", {"booster": "gblinear", "objective": "binary:logistic"}),
        "linear_multi": ("multi", {"booster": "gblinear", "objective": "multi:softprob", "num_class": 3}),
        "linear_missing_zero": ("real", {"booster": "gblinear", "objective": "reg:squarederror", "missing": 0.0}),
    }
    if version >= (1, 6):
        cases["multi_target"] = ("targets", dict(tree, objective="reg:squarederror"))
        cases["category_onehot"] = (
            "binary", dict(tree, objective="binary:logistic", max_cat_to_onehot=100, category=True))
        cases["category_missing"] = (
            "real", dict(tree, objective="reg:squarederror", max_cat_to_onehot=1, category=True, nan=True))
    if version >= (1, 7):
        cases["category"] = ("binary", dict(tree, objective="binary:logistic", max_cat_to_onehot=1, category=True))
        cases["absolute"] = ("real", dict(tree, objective="reg:absoluteerror"))
    if version >= (2, 0):
        cases["quantile"] = ("real", dict(tree, objective="reg:quantileerror", quantile_alpha=0.3))
        cases["quantiles"] = ("real", dict(tree, objective="reg:quantileerror", quantile_alpha=[0.2, 0.8]))
        cases["vector_leaf"] = ("targets", dict(tree, objective="reg:squarederror", multi_strategy="multi_output_tree"))
    return cases


def data_frame(xgb, X, y):
    """A model trained on a data frame, whose file from 3.1 on names the categories; rows are their codes."""
    import pandas

    frame = pandas.DataFrame(X, columns=["city", "b", "c", "kind"])
    frame["city"] = pandas.Categorical(frame["city"].map(lambda value: "city %d" % value))
    frame["kind"] = pandas.Categorical(frame["kind"].map(lambda value: "xyz"[int(value)]))
    settings = {"objective": "binary:logistic", "max_cat_to_onehot": 1, "max_depth": 3, "nthread": 1, "seed": SEED}
    booster = xgb.train(settings, xgb.DMatrix(frame, label=y, enable_categorical=True), 4)
    codes = frame.copy()
    codes["city"], codes["kind"] = frame["city"].cat.codes, frame["kind"].cat.codes
    value = booster.predict(xgb.DMatrix(frame, enable_categorical=True))
    margin = booster.predict(xgb.DMatrix(frame, enable_categorical=True), output_margin=True)
    return booster, settings, codes.to_numpy(dtype=np.float64), value, margin


def run_data_frame(xgb, folder):
    rng = np.random.default_rng(SEED)
    X = data(rng, True)
    booster, settings, R, value, margin = data_frame(xgb, X, labels(rng, X, "binary"))
    outputs = {"predict": (value > 0.5).astype(np.int64), "predict_proba": np.stack([1 - value, value], axis=1),
               "decision_function": margin}
    case = {"versions": {"xgboost": xgb.__version__, "numpy": np.__version__}, "params": settings, "X": array(R[:40]),
            "outputs": {key: array(item[:40]) for key, item in outputs.items()}}
    booster.save_model(os.path.join(folder, "scratch.json"))
    write(folder, "category_frame", case, {".model.json": open(os.path.join(folder, "scratch.json"), "rb").read()})
    os.remove(os.path.join(folder, "scratch.json"))


def xgboost_thresholds(booster):
    found = []
    for dump in booster.get_dump(dump_format="json"):
        stack = [json.loads(dump)]
        while stack:
            node = stack.pop()
            stack += node.get("children", [])
            if isinstance(node.get("split_condition"), (int, float)):
                found.append((int(str(node["split"]).lstrip("f")), float(np.float32(node["split_condition"]))))
    return found


def run_xgboost():
    import xgboost as xgb

    version = tuple(int(part) for part in xgb.__version__.split(".")[:3])
    folder = os.path.join(OUT, "xgboost-" + xgb.__version__)
    os.makedirs(folder, exist_ok=True)
    if version >= (3, 1) and not WANTED:
        run_data_frame(xgb, folder)
    for number, (name, (kind, settings)) in enumerate(sorted(xgboost_cases(version).items())):
        if WANTED and name not in WANTED:
            continue
        rng = np.random.default_rng(SEED + number)
        settings = dict(settings)
        category, nan = settings.pop("category", False), settings.pop("nan", False)
        missing, early = settings.pop("missing", np.nan), settings.pop("early", False)
        rounds = settings.pop("rounds", 24 if early else 4)
        X = data(rng, category)
        y = labels(rng, X, kind)
        if kind == "targets":
            y = np.stack([labels(rng, X, "real"), labels(rng, X, "positive")], axis=1)
        if nan:
            X[rng.random(X.shape) < 0.2] = np.nan
        extra = {"missing": missing}
        if category:
            extra |= {"feature_types": ["c", "q", "q", "c"], "enable_categorical": True}
        matrix = xgb.DMatrix(X[:120], label=y[:120], **extra)
        test = xgb.DMatrix(X[120:], label=y[120:], **extra)
        if kind == "rank":
            matrix.set_group([10] * 12)
        more = {"early_stopping_rounds": 3, "evals": [(test, "test")], "verbose_eval": False} if early else {}
        seeded = dict(settings, seed=SEED, nthread=1, verbosity=0)
        try:
            booster = xgb.train(seeded, matrix, num_boost_round=rounds, **more)
        except Exception as error:
            print(folder, name, "not trained:", str(error).splitlines()[0][:90])
            continue
        thresholds = [] if settings.get("booster") == "gblinear" or name == "vector_leaf" else xgboost_thresholds(booster)
        R = rows(rng, X, thresholds, True, categories=(0, 3) if category else ())
        if settings.get("booster") == "gblinear":
            R[np.abs(R) > 1e30] = 2.5
        limit = {}
        if early:
            limit = {"iteration_range": (0, booster.best_iteration + 1)}
            assert booster.best_iteration + 1 < booster.num_boosted_rounds()
        asked = xgb.DMatrix(R, **extra)
        value, margin = booster.predict(asked, **limit), booster.predict(asked, output_margin=True, **limit)
        objective, outputs = settings["objective"], {}
        if objective == "binary:logistic":
            outputs = {"predict": (value > 0.5).astype(np.int64), "predict_proba": np.stack([1 - value, value], axis=1),
                       "decision_function": margin}
        elif objective == "multi:softprob":
            outputs = {"predict": softmax_classes(value), "predict_proba": value, "decision_function": margin}
        elif objective == "multi:softmax":
            outputs = {"predict": value.astype(np.int64), "decision_function": margin}
        else:
            outputs = {"predict": value}
        case = {"versions": {"xgboost": xgb.__version__, "numpy": np.__version__}, "params": settings, "X": array(R),
                "outputs": {key: array(item) for key, item in outputs.items()}}
        if missing == missing:
            case["missing"] = missing
        if settings.get("booster") != "gblinear" and not category:
            inplace = booster.inplace_predict(R, missing=missing, **limit)
            if inplace.tobytes() != value.tobytes():
                case["inplace_predict"] = array(inplace)
                print(folder, name, "inplace_predict differs in", int((inplace != value).sum()), "of", value.size)
        files = {}
        booster.save_model(os.path.join(folder, "scratch.json"))
        files[".model.json"] = open(os.path.join(folder, "scratch.json"), "rb").read()
        if version >= (1, 6):
            booster.save_model(os.path.join(folder, "scratch.ubj"))
            files[".ubj"] = open(os.path.join(folder, "scratch.ubj"), "rb").read()
        files[".handle"] = bytes(booster.__getstate__()["handle"])
        for scratch in ("scratch.json", "scratch.ubj"):
            if os.path.exists(os.path.join(folder, scratch)):
                os.remove(os.path.join(folder, scratch))
        if not FULL:
            # Handles are the largest: they hold the settings of the training too.
            kinds = [kind for kind in (".model.json", ".ubj", ".model.json", ".ubj", ".handle") if kind in files]
            files = {kinds[number % len(kinds)]: files[kinds[number % len(kinds)]]}
        write(folder, name, case, files)


# --------------------------------------------------------------------------------------------------------- LightGBM

LIGHTGBM = {
    "binary": ("binary", {"objective": "binary"}),
    "binary_sigmoid": ("binary", {"objective": "binary", "sigmoid": 0.7}),
    "binary_missing": ("binary", {"objective": "binary", "nan": True}),
    "binary_zero": ("binary", {"objective": "binary", "zero_as_missing": True}),
    "binary_zero_nan": ("binary", {"objective": "binary", "zero_as_missing": True, "nan": True}),
    "binary_no_missing": ("binary", {"objective": "binary", "use_missing": False, "nan": True}),
    "binary_early": ("binary", {"objective": "binary", "early": True, "learning_rate": 1.5}),
    "dart": ("binary", {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}),
    "goss": ("binary", {"objective": "binary", "boosting": "goss"}),
    "multiclass": ("multi", {"objective": "multiclass", "num_class": 3}),
    "multiclass_missing": ("multi", {"objective": "multiclass", "num_class": 3, "nan": True}),
    "ova": ("multi", {"objective": "multiclassova", "num_class": 3, "sigmoid": 1.3}),
    "regression": ("real", {"objective": "regression"}),
    "regression_zero": ("real", {"objective": "regression", "zero_as_missing": True, "nan": True}),
    "sqrt": ("positive", {"objective": "regression", "reg_sqrt": True}),
    "l1": ("real", {"objective": "regression_l1"}),
    "huber": ("real", {"objective": "huber"}),
    "fair": ("real", {"objective": "fair"}),
    "quantile": ("real", {"objective": "quantile", "alpha": 0.3}),
    "mape": ("real", {"objective": "mape"}),
    "poisson": ("count", {"objective": "poisson"}),
    "gamma": ("positive", {"objective": "gamma"}),
    "tweedie": ("positive", {"objective": "tweedie"}),
    "cross_entropy": ("unit", {"objective": "cross_entropy"}),
    "cross_entropy_lambda": ("unit", {"objective": "cross_entropy_lambda"}),
    "lambdarank": ("rank", {"objective": "lambdarank"}),
    "forest": ("binary", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
    "linear_tree": ("real", {"objective": "regression", "linear_tree": True}),
    "category": ("binary", {"objective": "binary", "category": True}),
    "category_onehot": ("binary", {"objective": "binary", "category": True, "max_cat_to_onehot": 100}),
    "category_missing": ("real", {"objective": "regression", "category": True, "nan": True}),
    "category_zero": ("multi", {
        "objective": "multiclass", "num_class": 3, "category": True, "nan": True, "zero_as_missing": True}),
    "single_leaf": ("real", {"objective": "regression", "min_data_in_leaf": 100}),
}


def lightgbm_thresholds(booster):
    found = []
    for tree in booster.dump_model()["tree_info"]:
        stack = [tree["tree_structure"]]
        while stack:
            node = stack.pop()
            if "left_child" in node:
                stack += [node["left_child"], node["right_child"]]
                if node["decision_type"] == "<=":
                    found.append((node["split_feature"], node["threshold"]))
    return found


def run_lightgbm():
    import lightgbm as lgb

    folder = os.path.join(OUT, "lightgbm-" + lgb.__version__)
    for number, (name, (kind, settings)) in enumerate(sorted(LIGHTGBM.items())):
        if WANTED and name not in WANTED:
            continue
        rng = np.random.default_rng(SEED + number)
        settings = dict(settings)
        category, nan, early = (settings.pop(key, False) for key in ("category", "nan", "early"))
        X = data(rng, category)
        y = labels(rng, X, kind)
        if nan:
            X[rng.random(X.shape) < 0.2] = np.nan
        base = {"num_leaves": 6, "min_data_in_leaf": 4, "min_data_per_group": 4, "cat_smooth": 1, "verbose": -1,
                "seed": SEED, "num_threads": 1, "deterministic": True}
        asked = dict(base, **settings)
        group = {"group": [10] * 12} if kind == "rank" else {}
        columns = {"categorical_feature": [0, 3]} if category else {}
        train = lgb.Dataset(X[:120], label=y[:120], params=asked, free_raw_data=False, **group, **columns)
        more = {}
        if early:
            test = lgb.Dataset(X[120:], label=y[120:], reference=train)
            more = {"valid_sets": [test], "callbacks": [lgb.early_stopping(3, verbose=False)]}
        booster = lgb.train(asked, train, num_boost_round=24 if early else 5, **more)
        plain = not settings.get("linear_tree")
        R = rows(rng, X, lightgbm_thresholds(booster), False, categories=(0, 3) if category else (), infinite=plain)
        if category:
            R = np.concatenate([R, R[:2]])
            R[-2, 0], R[-1, 3] = 1e30, np.inf
        value, margin = booster.predict(R), booster.predict(R, raw_score=True)
        objective = settings["objective"]
        if objective == "binary":
            proba = np.stack([1 - value, value], axis=1)
            outputs = {"predict": np.argmax(proba, axis=1), "predict_proba": proba, "decision_function": margin}
        elif objective in ("multiclass", "multiclassova"):
            outputs = {"predict": np.argmax(value, axis=1), "predict_proba": value, "decision_function": margin}
        else:
            outputs = {"predict": value}
        case = {"versions": {"lightgbm": lgb.__version__, "numpy": np.__version__}, "params": settings, "X": array(R),
                "outputs": {key: array(item) for key, item in outputs.items()}}
        text = booster.model_to_string()
        if not FULL and name != "binary":
            # The settings of the training, a third of such a small file, are the same in all cases.
            text = text[:text.index("parameters:")] + text[text.index("end of parameters"):]
        write(folder, name, case, {".txt": text.encode()})


for run in (run_xgboost, run_lightgbm):
    try:
        run()
    except ModuleNotFoundError as error:
        print("left out:", error)
