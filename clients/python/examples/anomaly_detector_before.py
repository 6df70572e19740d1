#!/usr/bin/env python3
"""The AnomalyDetector as it was: every call reads a model file into this process. Compare anomaly_detector_after.py.

pip install scikit-learn
anomaly_detector_before.py
"""

from __future__ import annotations

import logging
import os
import tempfile
from typing import Any, List, Optional

import joblib
import numpy as np
from sklearn.ensemble import IsolationForest

logger = logging.getLogger(__name__)


class ModelManager:
    """Finds and reads model files."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def load_model_from_file(self, model_type: str, metric_type: str) -> Optional[Any]:
        path = os.path.join(self.folder, f"{model_type}_{metric_type}.pkl")
        # A pickle: whoever can write to the folder can run code here.
        return joblib.load(path) if os.path.exists(path) else None


class AnomalyDetector:
    def __init__(self, folder: str) -> None:
        self.model_manager = ModelManager(folder)

    def detect_with_model(self, metric_type: str, values: List[float]) -> List[int]:
        """1 for a normal value, -1 for an anomaly."""
        try:
            model = self.model_manager.load_model_from_file(model_type="isolation_forest", metric_type=metric_type)
            if model is None:
                logger.warning("no model, z-score instead: %s", metric_type)
                return self.detect_with_zscore(values)
            predictions: List[int] = model.predict(np.reshape(values, (-1, 1))).tolist()
            del model
            return predictions
        except Exception:
            logger.exception("the model could not be loaded")
            return self.detect_with_zscore(values)

    def detect_with_zscore(self, values: List[float]) -> List[int]:
        deviations = np.abs(np.asarray(values) - np.mean(values))
        return np.where(deviations > 3 * np.std(values), -1, 1).tolist()  # type: ignore[no-any-return]


def main() -> None:
    """Trains, saves, detects."""
    with tempfile.TemporaryDirectory() as folder:
        normal = np.random.default_rng(7).normal(60, 3, (1000, 1))
        model = IsolationForest(contamination=0.01, random_state=7).fit(normal)
        joblib.dump(model, os.path.join(folder, "isolation_forest_stok_seviye.pkl"))
        detector = AnomalyDetector(folder)
        print(detector.detect_with_model("stok_seviye", [60, 61, 59, 500, 60]))
        print(detector.detect_with_model("unknown", [60, 61, 59, 60, 61, 60, 59, 60, 61, 60, 59, 500]))


if __name__ == "__main__":
    main()
