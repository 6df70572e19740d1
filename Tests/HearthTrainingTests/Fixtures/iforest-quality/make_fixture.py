"""Records how well scikit-learn's IsolationForest finds the anomalies of labelled sets, as quality.json.

    pip install scikit-learn
    python make_fixture.py

The sets are made by IsolationForestQualityTests.swift with the same arithmetic: xoshiro256++ seeded by SplitMix64, sums,
products and quotients of 64-bit floats in the same order. So the sets themselves need not be stored; the sums of their
values are, and the test compares them first.
"""

import json
import pathlib
import sys

import numpy
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

MASK = (1 << 64) - 1
ROWS = 1000
MODEL_SEEDS = range(20)


class Xoshiro256:
    """Blackman and Vigna's xoshiro256++; its state comes from SplitMix64."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.state.append(z ^ (z >> 31))

    def next(self):
        def rotated(value, by):
            return ((value << by) | (value >> (64 - by))) & MASK

        s = self.state
        result = (rotated((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        shifted = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotated(s[3], 45)
        return result

    def unit(self):
        return (self.next() >> 11) * 2.0**-53

    def bell(self):
        """Nearly normal: mean 0, deviation 1 (Irwin and Hall's sum of twelve)."""
        total = 0.0
        for _ in range(12):
            total += self.unit()
        return total - 6.0


def make(name, random):
    """Rows and labels; one row in 25 is an anomaly."""
    rows, labels = [], []
    for index in range(ROWS):
        odd = index % 25 == 24
        if name == "cloud":
            row = [random.bell() for _ in range(4)]
            if odd:
                row = [12.0 * random.unit() - 6.0 for _ in range(4)]
        elif name == "clusters":
            center = -4.0 if index % 2 == 0 else 4.0
            row = [center + random.bell() for _ in range(3)]
            if odd:
                row = [1.5 * random.bell() for _ in range(3)]
        elif name == "wide":
            row = [random.bell() for _ in range(10)]
            if odd:
                for column in range(3):
                    row[column] += 3.0
        elif name == "line":
            along = 8.0 * random.unit() - 4.0
            row = [along, along + 0.4 * random.bell(), 0.5 * random.bell() - along]
            if odd:
                row = [8.0 * random.unit() - 4.0 for _ in range(3)]
        elif name == "group":
            row = [random.bell() for _ in range(5)]
            if odd:
                row = [2.5 + 0.3 * random.bell() for _ in range(5)]
        else:
            raise ValueError(name)
        rows.append(row)
        labels.append(odd)
    return rows, labels


def main():
    sets = []
    for seed, name in enumerate(["cloud", "clusters", "wide", "line", "group"], start=1):
        rows, labels = make(name, Xoshiro256(seed))
        total = 0.0
        for row in rows:
            for value in row:
                total += value
        data = numpy.array(rows)
        areas = []
        for model_seed in MODEL_SEEDS:
            forest = IsolationForest(n_estimators=100, max_samples=256, random_state=model_seed).fit(data)
            areas.append(float(roc_auc_score(labels, -forest.score_samples(data))))
        sets.append({"name": name, "seed": seed, "sum": total, "mean_roc_auc": sum(areas) / len(areas),
                     "least": min(areas), "greatest": max(areas)})
    versions = {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
    path = pathlib.Path(__file__).with_name("quality.json")
    path.write_text(json.dumps({"versions": versions, "model_seeds": len(MODEL_SEEDS), "sets": sets}, indent=2) + "\n")


if __name__ == "__main__":
    main()
