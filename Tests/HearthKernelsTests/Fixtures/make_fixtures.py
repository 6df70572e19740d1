"""Takes fitted scikit-learn 1.5.2 models out of the artifact corpus as plain arrays.

    python make_fixtures.py <corpus>/sklearn-1.5.2 <this folder>

with scikit-learn 1.5.2 installed. Rows and expected outputs are those that the corpus holds (computed by the library on x86-64
Linux with AVX2; see the corpus' README.md); only the trees are read here. All arrays are base64 of little-endian bytes.
"""
import base64, json, pickle, sys
import numpy as np

def b64(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()

def tree(left, right, feature, threshold, missing, leaf_values, columns=None, output=0):
    """leaf_values: one row per node; rows of inner nodes are dropped."""
    leaf = np.asarray(left) < 0
    leaf_values = np.atleast_2d(np.asarray(leaf_values, dtype="f8").T).T
    return {"left": b64(left, "i4"), "right": b64(right, "i4"), "feature": b64(feature, "i4"),
            "threshold": b64(threshold, "f8"), "missingLeft": b64(missing, "u1"),
            "leafValues": b64(leaf_values[leaf], "f8"), "width": leaf_values.shape[1], "output": output,
            "columns": None if columns is None else b64(columns, "i4")}

def classic(t, leaf_values, **rest):
    return tree(t.children_left, t.children_right, np.maximum(t.feature, 0), t.threshold, t.missing_go_to_left, leaf_values, **rest)

def depths(t):
    depth = np.ones(t.node_count)
    for i in range(t.node_count):
        if t.children_left[i] >= 0:
            depth[t.children_left[i]] = depth[t.children_right[i]] = depth[i] + 1
    return depth

def ensemble(model):
    name = type(model).__name__
    common = {"columnCount": int(model.n_features_in_), "inputs": "float32", "missing": "refused", "base": [0.0]}
    if name == "IsolationForest":
        from sklearn.ensemble._iforest import _average_path_length
        trees = [classic(e.tree_, (depths(e.tree_) + model._average_path_length_per_tree[i]) - 1.0,
                         columns=model.estimators_features_[i]) for i, e in enumerate(model.estimators_)]
        normalizer = len(model.estimators_) * float(_average_path_length([model._max_samples])[0])
        return common | {"trees": trees, "aggregation": "sum", "link": "isolation", "normalizer": normalizer, "task": "anomaly",
                         "offset": float(model.offset_)}
    if name in ("RandomForestClassifier", "ExtraTreesClassifier", "DecisionTreeClassifier"):
        estimators = getattr(model, "estimators_", [model])
        def proba(t):
            return t.value[:, 0, :]
        return common | {"trees": [classic(e.tree_, proba(e.tree_)) for e in estimators], "aggregation": "mean",
                         "link": "identity", "task": "classification", "classes": int(len(model.classes_)),
                         "base": [0.0] * len(model.classes_),
                         "missing": "perNode" if any(e.tree_.missing_go_to_left.any() for e in estimators) or
                         name == "DecisionTreeClassifier" else "refused"}
    if name in ("RandomForestRegressor", "ExtraTreesRegressor", "DecisionTreeRegressor"):
        estimators = getattr(model, "estimators_", [model])
        return common | {"trees": [classic(e.tree_, e.tree_.value[:, 0, 0]) for e in estimators], "aggregation": "mean",
                         "link": "identity", "task": "regression"}
    if name.startswith("GradientBoosting"):
        init = model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype="f4"))[0]
        trees = [classic(e.tree_, model.learning_rate * e.tree_.value[:, 0, 0], output=k)
                 for stage in model.estimators_ for k, e in enumerate(stage)]
        result = common | {"trees": trees, "aggregation": "sum", "base": [float(v) for v in init], "link": "identity",
                           "task": "regression"}
        if name.endswith("Classifier"):
            k = len(model.classes_)
            result |= {"link": "sigmoid" if k == 2 else "softmaxPairwise", "task": "classification", "classes": k,
                       "rule": "rawAtLeastZero"}
        return result
    if name.startswith("HistGradientBoosting"):
        assert model.is_categorical_ is None or not np.any(model.is_categorical_)
        trees = []
        for iteration in model._predictors:
            for k, p in enumerate(iteration):
                n = p.nodes
                leaf = n["is_leaf"].astype(bool)
                trees.append(tree(np.where(leaf, -1, n["left"].astype("i4")), n["right"], np.maximum(n["feature_idx"], 0),
                                  n["num_threshold"], n["missing_go_to_left"], n["value"], output=k))
        result = common | {"inputs": "float64", "missing": "perNode", "trees": trees, "aggregation": "sum",
                           "base": [float(v) for v in model._baseline_prediction.ravel()], "link": "identity", "task": "regression"}
        if name.endswith("Classifier"):
            k = len(model.classes_)
            result |= {"link": "sigmoid" if k == 2 else "softmaxSequential", "task": "classification", "classes": k,
                       "rule": "rawAboveZero"}
        return result
    raise SystemExit(f"no rule for {name}")

def stages(model):
    if type(model).__name__ != "Pipeline":
        return [], model
    result = []
    for _, step in model.steps[:-1]:
        if type(step).__name__ == "SimpleImputer":
            result.append({"kind": "impute", "statistics": b64(step.statistics_, "f8"),
                           "indicators": [int(c) for c in step.indicator_.features_] if step.add_indicator else []})
        elif type(step).__name__ == "StandardScaler":
            result.append({"kind": "standard", "offset": b64(step.mean_, "f8"), "scale": b64(step.scale_, "f8")})
        else:
            raise SystemExit(type(step).__name__)
    return result, model.steps[-1][1]

def array(a, classes=None):
    if a["dtype"] in ("float64", "float32"):
        return a["b64"] if a["dtype"] == "float64" else b64(np.frombuffer(base64.b64decode(a["b64"]), "f4"), "f8")
    data = a["data"]
    if classes is not None:
        data = [classes.index(v) for v in data]
    return b64(data, "f8")

def main(corpus, folder, cases):
    for case in cases:
        meta = json.load(open(f"{corpus}/{case}.json"))
        model = pickle.load(open(f"{corpus}/{case}.p4.pkl", "rb"))
        if isinstance(model, dict):
            model = model["model"]
        before, final = stages(model)
        definition = ensemble(final)
        classes = meta.get("classes")
        labels = classes["data"] if isinstance(classes, dict) else classes
        is_classifier = definition["task"] == "classification"
        outputs = {name: array(value, labels if is_classifier and name == "predict" else None)
                   for name, value in meta["outputs"].items()
                   if name in ("predict", "predict_proba", "decision_function", "score_samples")}
        result = {"case": case, "class": meta["class"], "stages": before, "inputCount": meta["X"]["shape"][1],
                  "ensemble": definition, "X": array(meta["X"]), "outputs": outputs}
        with open(f"{folder}/{case}.json", "w") as file:
            json.dump(result, file, separators=(",", ":"))
        print(case, meta["class"], list(outputs), len(definition["trees"]))

main(sys.argv[1], sys.argv[2],
     sys.argv[3:] or ["iforest_auto", "iforest_contam", "pipe_impute_scale_iforest", "rf_clf_iris", "rf_reg", "dt_clf_nan", "gb_reg", "gb_clf_bin",
      "hgb_clf", "hgb_reg"])
