#!/usr/bin/env python3
"""The AnomalyDetector on hearthd: the model is in memory once on this machine, and a new version takes over while calls
are in flight.
Compare anomaly_detector_before.py.

    HEARTH_SOCKET=/run/hearth/hearth.sock anomaly_detector_after.py stok_seviye 60,61,59,500,60
"""

from __future__ import annotations

import logging
import statistics
import sys
from typing import List, Optional

from hearth_client import Client, HearthError, Source

logger = logging.getLogger(__name__)


class AnomalyDetector:
    def __init__(self, client: Optional[Client] = None) -> None:
        # The values are the caller's and a fallback is at hand: better that soon than the model late.
        self.client = client or Client(timeout=0.5)

    def detect_with_model(self, metric_type: str, values: List[float]) -> List[int]:
        """1 for a normal value, -1 for an anomaly."""
        try:
            found = self.client.detect(metric_type, values)
        except HearthError as error:
            logger.error("no answer, z-score instead: %s", error)
            return self.detect_with_zscore(values)
        if found.source is Source.ZSCORE:
            # The server has its own: robust, against the values that were sent.
            logger.warning("no model, z-score instead: %s", metric_type)
        # A model over windows of w points cannot score the first w - 1: they count as normal.
        return [1] * found.first_point + [-1 if anomaly else 1 for anomaly in found.anomalies]

    def detect_with_zscore(self, values: List[float]) -> List[int]:
        mean, deviation = statistics.fmean(values), statistics.pstdev(values)
        return [-1 if abs(value - mean) > 3 * deviation else 1 for value in values]


def main() -> None:
    """Detects."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(AnomalyDetector().detect_with_model(sys.argv[1], [float(text) for text in sys.argv[2].split(",")]))


if __name__ == "__main__":
    main()
