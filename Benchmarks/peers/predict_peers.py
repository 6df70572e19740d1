"""The libraries beside Hearth in `Benchmarks/predict`, each with its best settings: one thread, inputs made before the
clock runs, in the precision that it takes.

A peer has `turn(rows_per_call, milliseconds)`, the nanoseconds of processor time a row took, and `scores(rows)`, what
it answers. `through` says whether the call was made in Python or by a loop in C (predict_calls.cpp).
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from trained import CACHE

HERE = Path(__file__).resolve().parent


class Peer:
    """A call in Python: `call(input)` for one of the inputs that `split(rows_per_call)` prepared."""

    through = "Python"

    def __init__(self, name, call, rows, prepare=lambda rows: rows):
        self.name, self.call, self.rows, self.prepare = name, call, rows, prepare
        self.inputs = {}

    def split(self, count):
        if count not in self.inputs:
            self.inputs[count] = [
                self.prepare(np.ascontiguousarray(self.rows[first : first + count]))
                for first in range(0, len(self.rows), count)
            ]
        return self.inputs[count]

    def scores(self):
        given = self.split(1024)
        return np.concatenate([np.asarray(self.call(one)).reshape(1024, -1) for one in given]).copy()

    def turn(self, count, milliseconds):
        call, inputs, clock = self.call, self.split(count), time.process_time_ns
        # The clock is read after some ten calls, and slow peers need not take all rows.
        chunk = 16 if count == 1 else 1
        chunks = [inputs[first : first + chunk] for first in range(0, len(inputs), chunk)]
        for one in chunks[0]:
            call(one)
        done, at = 0, 0
        began = clock()
        while True:
            for one in chunks[at]:
                call(one)
            done, at = done + chunk * count, (at + 1) % len(chunks)
            taken = clock() - began
            if taken > milliseconds * 1e6:
                return taken / done


class Loop:
    """A loop in C: `turn(rows_per_call, milliseconds)` calls it and fills `results`."""

    through = "C"

    def __init__(self, name, run, results):
        self.name, self.run, self.results = name, run, results

    def scores(self):
        self.turn(1024, 0)
        return self.results.copy()

    def turn(self, count, milliseconds):
        taken = self.run(count, float(milliseconds))
        if taken < 0:
            sys.exit(f"{self.name} failed")
        return taken


def loops():
    """The compiled loops."""
    source, library = HERE / "predict_calls.cpp", CACHE / "predict_calls.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["g++", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, source], check=True)
    found = ctypes.CDLL(str(library))
    found.onnx_open.restype = ctypes.c_void_p
    for name in ("tl2cgen_turn", "xgboost_turn", "lightgbm_row_turn", "lightgbm_batch_turn", "onnx_turn"):
        getattr(found, name).restype = ctypes.c_double
    return found


def address(of):
    """Of an array's memory, or of a function of a library."""
    if isinstance(of, np.ndarray):
        return ctypes.c_void_p(of.ctypes.data)
    return ctypes.cast(of, ctypes.c_void_p)


def integers(*values):
    return [ctypes.c_int64(value) for value in values]


def sklearn_peers(name, model, rows, _):
    method = model.decision_function if name == "IsolationForest" else model.predict_proba
    if name not in ("XGBoost", "LightGBM"):
        yield Peer(f"scikit-learn {method.__name__}", method, rows)


def onnxruntime_peers(name, model, rows, path):
    import onnxruntime

    if name in ("XGBoost", "LightGBM"):
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType

        # onnxmltools knows opsets up to 15 of the operators that these models need.
        convert = onnxmltools.convert_xgboost if name == "XGBoost" else onnxmltools.convert_lightgbm
        more = {} if name == "XGBoost" else {"zipmap": False}
        graph = convert(model, initial_types=[("X", FloatTensorType([None, rows.shape[1]]))], target_opset=15, **more)
    else:
        import skl2onnx
        from skl2onnx.common.data_types import FloatTensorType

        options = {} if name == "IsolationForest" else {id(model): {"zipmap": False}}
        graph = skl2onnx.convert_sklearn(
            model, initial_types=[("X", FloatTensorType([None, rows.shape[1]]))], options=options,
            target_opset={"": 15, "ai.onnx.ml": 3},
        )  # fmt: skip
    file = path.with_suffix(".onnx")
    file.write_bytes(graph.SerializeToString())
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])
    output = session.get_outputs()[1].name
    rows32 = rows.astype(np.float32)
    wanted = [output]
    yield Peer("onnxruntime run", lambda given: session.run(wanted, {"X": given})[0], rows32)

    width = session.run(wanted, {"X": rows32[:1]})[0].size
    bound = {}
    for count in (1, 1024):
        given, result = np.empty((count, rows.shape[1]), np.float32), np.empty((count, width), np.float32)
        binding = session.io_binding()
        binding.bind_input("X", "cpu", 0, np.float32, given.shape, given.ctypes.data)
        binding.bind_output(output, "cpu", 0, np.float32, result.shape, result.ctypes.data)
        bound[count] = (given, result, binding)

    def call(rows):
        given, result, binding = bound[len(rows)]
        given[:] = rows
        session.run_with_iobinding(binding)
        return result

    yield Peer("onnxruntime IO binding", call, rows32)

    names = ctypes.create_string_buffer(b"X"), ctypes.create_string_buffer(output.encode())
    library = ctypes.CDLL(str(next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))))
    c, results, opened = loops(), np.empty((len(rows), width), np.float32), {}
    for count in (1, 1024):
        opened[count] = c.onnx_open(
            address(library.OrtGetApiBase), str(file).encode(), *names, *integers(rows.shape[1], width, count)
        )  # fmt: skip
        if not opened[count]:
            sys.exit("onnxruntime's C interface did not open the model")

    def run(count, milliseconds, keep=(library, names)):
        return c.onnx_turn(
            ctypes.c_void_p(opened[count]), address(rows32), *integers(len(rows)), address(results), ctypes.c_double(milliseconds)
        )  # fmt: skip

    yield Loop("onnxruntime C interface", run, results)


def treelite_peers(name, model, rows, path):
    if name == "LogisticRegression":
        return
    import tl2cgen
    import treelite

    if name == "XGBoost":
        trees = treelite.frontend.from_xgboost(model.get_booster())
    elif name == "LightGBM":
        trees = treelite.frontend.from_lightgbm(model.booster_)
    else:
        trees = treelite.sklearn.import_model(model)
    kind = np.float64 if trees.input_type == "float64" else np.float32
    same = rows.astype(kind)
    yield Peer("treelite GTIL", lambda given: treelite.gtil.predict(trees, given, nthread=1), same)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    file = CACHE / f"{name}-tl2cgen-{tl2cgen.__version__}-{digest}.so"
    if not file.exists():
        print(f"compiling {name} with tl2cgen: the forest takes some minutes, once", file=sys.stderr)
        partial = file.with_suffix(".partial.so")
        tl2cgen.export_lib(
            trees, toolchain="gcc", libpath=partial, params={"parallel_comp": 64}, nthread=os.cpu_count() or 1
        )
        partial.rename(file)
    predictor = tl2cgen.Predictor(str(file), nthread=1)
    yield Peer("tl2cgen Predictor", lambda given: predictor.predict(tl2cgen.DMatrix(given)), same)

    library, c = ctypes.CDLL(str(file)), loops()
    width = max(predictor.predict(tl2cgen.DMatrix(same[:1])).size, 1)
    results = np.empty((len(rows), width), kind)

    def run(count, milliseconds):
        return c.tl2cgen_turn(
            address(library.predict), int(kind is np.float64), address(same), *integers(len(rows), rows.shape[1], width),
            address(results), *integers(count), ctypes.c_double(milliseconds),
        )  # fmt: skip

    yield Loop("tl2cgen, compiled function", run, results)


def xgboost_peers(name, model, rows, _):
    if name != "XGBoost":
        return
    from xgboost.core import _LIB

    booster, rows32 = model.get_booster(), rows.astype(np.float32)
    booster.set_param({"nthread": 1})
    yield Peer("XGBoost inplace_predict", booster.inplace_predict, rows32)

    c, results, arrays = loops(), np.empty((len(rows), 1), np.float32), {}
    for count in (1, 1024):
        buffer = np.empty((count, rows.shape[1]), np.float32)
        array = {"data": [buffer.ctypes.data, False], "shape": list(buffer.shape), "typestr": "<f4", "version": 3}
        arrays[count] = (buffer, json.dumps(array).encode())
    config = json.dumps(
        {"type": 0, "training": False, "iteration_begin": 0, "iteration_end": 0, "missing": float("nan"),
         "strict_shape": False, "cache_id": 0}
    ).encode()  # fmt: skip

    def run(count, milliseconds):
        buffer, array = arrays[count]
        return c.xgboost_turn(
            address(_LIB.XGBoosterPredictFromDense), booster.handle, array, config, address(buffer), address(rows32),
            *integers(len(rows), rows.shape[1]), address(results), *integers(count), ctypes.c_double(milliseconds),
        )  # fmt: skip

    yield Loop("XGBoost C interface", run, results)


def lightgbm_peers(name, model, rows, _):
    if name != "LightGBM":
        return
    from lightgbm.basic import _LIB

    booster = model.booster_
    yield Peer("LightGBM predict", lambda given: booster.predict(given, num_threads=1), rows)

    c, results, config = loops(), np.empty((len(rows), 1)), ctypes.c_void_p()
    _LIB.LGBM_BoosterPredictForMatSingleRowFastInit(
        booster._handle, 0, 0, -1, 1, ctypes.c_int32(rows.shape[1]), b"num_threads=1", ctypes.byref(config)
    )

    def run(count, milliseconds):
        if count == 1:
            return c.lightgbm_row_turn(
                address(_LIB.LGBM_BoosterPredictForMatSingleRowFast), config, address(rows),
                *integers(len(rows), rows.shape[1]), address(results), ctypes.c_double(milliseconds),
            )  # fmt: skip
        return c.lightgbm_batch_turn(
            address(_LIB.LGBM_BoosterPredictForMat), booster._handle, address(rows), *integers(len(rows), rows.shape[1]),
            address(results), *integers(count), ctypes.c_double(milliseconds),
        )  # fmt: skip

    yield Loop("LightGBM C interface", run, results)


def peers(name, model, rows, path):
    """All that can be had here, and why not the others, by name."""
    found, absent = [], {}
    for make in (sklearn_peers, onnxruntime_peers, treelite_peers, xgboost_peers, lightgbm_peers):
        try:
            for peer in make(name, model, rows, path):
                found.append(peer)
        except Exception as error:  # Whatever a converter does not know is named, and the rest is measured.
            absent[make.__name__.removesuffix("_peers")] = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    return found, absent
