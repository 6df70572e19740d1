"""The Python libraries and the models that the benchmarks compare with: a virtual environment from PyPI and pickles,
made once in a cache folder, with fixed seeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

CACHE = Path(os.environ.get("HEARTH_BENCH_CACHE", Path(__file__).resolve().parents[1] / ".build/python-peers"))
SEED = 1
TEST_ROWS = 4096


def environment(packages, needed):
    """Goes on in the Python of the virtual environment; returns why packages are absent, by name.

    One is installed at a time, so that one that does not exist for this machine costs only itself. Without one of
    `needed` there is nothing to measure.
    """
    home = CACHE / "venv"
    python = home / "bin/python"
    notes = CACHE / "absent.json"
    if not python.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        venv.create(home, with_pip=True)
    absent = json.loads(notes.read_text()) if notes.exists() else {}
    have = {path.name.split("-")[0].lower() for path in home.glob("lib/python*/site-packages/*.dist-info")}
    for name in packages:
        if name.replace("-", "_").lower() in have or name in absent:
            continue
        print(f"installing {name}", file=sys.stderr)
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", name], capture_output=True, text=True
        )
        if done.returncode:
            absent[name] = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
            notes.write_text(json.dumps(absent))
    for name in needed:
        if name in absent:
            sys.exit(f"{name} cannot be installed: {absent[name]}; {notes} remembers it, remove it to try again")
    if Path(sys.prefix).resolve() != home.resolve():
        # One thread each: what is compared is the work of one processor.
        one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        os.execve(python, [str(python), *sys.argv], {**os.environ, **one})
    return absent


def glibc_rounding():
    """What makes NumPy's functions round as glibc's: its AVX-512 ones do not."""
    from numpy._core._multiarray_umath import __cpu_dispatch__

    wide = [name for name in __cpu_dispatch__ if name == "X86_V4" or name.startswith("AVX512")]
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(wide), "OPENBLAS_CORETYPE": "Haswell"}


def data():
    """Training tables and test rows; the latter are float32 numbers in float64, so that peers that take float32 see
    the same rows."""
    import numpy as np
    from sklearn.datasets import make_classification

    numbers = np.random.default_rng(SEED)
    eight = numbers.normal(size=(5000 + TEST_ROWS, 8))
    eight[::50] *= 6
    sixteen, labels = make_classification(
        n_samples=12_000 + TEST_ROWS, n_features=16, n_informative=10, n_redundant=2, flip_y=0.1, class_sep=0.7,
        random_state=SEED,
    )  # fmt: skip

    def as_float32(rows):
        return rows[-TEST_ROWS:].astype(np.float32).astype(np.float64)

    return {
        "eight": (eight[:5000], None, as_float32(eight)),
        "sixteen": (sixteen[:12_000], labels[:12_000], as_float32(sixteen)),
    }


def recipes():
    """Name of each model: what makes it, the table it is fitted on, the package it needs."""
    from sklearn.ensemble import IsolationForest, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def xgboost():
        from xgboost import XGBClassifier

        return XGBClassifier(n_estimators=300, max_depth=6, random_state=SEED, n_jobs=1)

    def lightgbm():
        from lightgbm import LGBMClassifier

        return LGBMClassifier(n_estimators=300, num_leaves=31, random_state=SEED, n_jobs=1, verbose=-1)

    return {
        "IsolationForest": (lambda: IsolationForest(n_estimators=100, random_state=SEED), "eight", "scikit-learn"),
        "RandomForest": (
            lambda: RandomForestClassifier(200, max_depth=12, random_state=SEED), "sixteen", "scikit-learn"),
        "XGBoost": (xgboost, "sixteen", "xgboost"),
        "LightGBM": (lightgbm, "sixteen", "lightgbm"),
        "LogisticRegression": (lambda: make_pipeline(StandardScaler(), LogisticRegression()), "sixteen", "scikit-learn"),
    }  # fmt: skip


TITLES = {
    "IsolationForest": "IsolationForest, 100 trees, 8 features",
    "RandomForest": "RandomForestClassifier, 200 trees of depth 12, 16 features",
    "XGBoost": "XGBClassifier, 300 trees of depth 6, 16 features",
    "LightGBM": "LGBMClassifier, 300 trees of 31 leaves, 16 features",
    "LogisticRegression": "StandardScaler + LogisticRegression, 16 features",
}


def pickles(absent, names=tuple(TITLES)):
    """Path of the pickle and of the test rows of each model that can be made here."""
    import pickle

    import sklearn

    found = {}
    tables = None
    for name, (make, table, package) in recipes().items():
        if package in absent or name not in names:
            continue
        version = __import__({"scikit-learn": "sklearn"}.get(package, package)).__version__
        path = CACHE / f"{name}-{package}-{version}-sklearn-{sklearn.__version__}.pkl"
        rows = CACHE / f"rows-{table}-sklearn-{sklearn.__version__}.f64"
        if not path.exists() or not rows.exists():
            tables = tables or data()
            X, y, test = tables[table]
            print(f"training {name}", file=sys.stderr)
            path.write_bytes(pickle.dumps(make().fit(X, y)))
            test.tofile(rows)
        found[name] = (path, rows)
    return found
