"""`hearth-trainer backtest` and `compare` on real hours, computed again from the signals that they write."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest

import reference
from bars import close, eurusd, wrong

TRAINER = pathlib.Path(os.environ["HEARTH_BIN"]) / "hearth-trainer"
COSTS = ["--fee-bps", "0.5", "--slippage-bps", "0.5"]
RATE = 1e-4
NAMES = ["gradient_boosting.EURUSD.1h", "logistic_regression.EURUSD.1h"]
HORIZON = 4


def trainer(*arguments: object) -> str:
    done = subprocess.run([TRAINER, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    """Two models of EURUSD in production, and their backtests over the bars that they have not seen."""
    folder = tmp_path_factory.mktemp("backtest")
    eurusd().drop(columns="close_time").to_csv(folder / "eurusd.csv", index=False)
    for name in NAMES:
        kind = name.split(".")[0].replace("_", "-")
        trainer(
            "train", kind, "--data", folder / "eurusd.csv", "--symbol", "EURUSD", "--timeframe", "1h", "--label",
            "fixed-horizon", "--horizon", HORIZON, "--long", "0.52", "--short", "0.48", "--promote", "--models-dir",
            folder / "models", *COSTS,
        )  # fmt: skip
        report = trainer("backtest", name, "--output", folder / name, "--json", *common(folder))
        (folder / f"{name}.json").write_text(report)
    return folder


def common(folder: pathlib.Path) -> list[object]:
    return ["--data", folder / "eurusd.csv", "--unseen", "--models-dir", folder / "models", *COSTS]


def signals(folder: pathlib.Path, name: str) -> pd.DataFrame:
    """The signals of a backtest beside their bars."""
    lines = [json.loads(line) for line in (folder / name / "signals.ndjson").read_text().splitlines()]
    frame = pd.DataFrame(lines)
    frame["close_time"] = pd.to_datetime(frame["close_time"])
    frame["wanted"] = frame["decision"].map({"short": -1, "flat": 0, "long": 1})
    merged = frame.drop(columns="close").merge(eurusd(), on="close_time", how="left", validate="one_to_one")
    assert len(merged) == len(lines) and merged["close"].notna().all()
    return merged


@pytest.mark.parametrize("name", NAMES)
def test_measures_follow_from_the_signals(folder, name):  # R145
    printed = json.loads((folder / f"{name}.json").read_text())
    frame = signals(folder, name)
    run = reference.run(frame, frame["wanted"].to_numpy(), RATE)
    assert not wrong(printed, reference.measures(run, RATE, 3600))
    np.testing.assert_allclose(frame["equity"], run["equity"], rtol=1e-12)
    assert printed["trades"] > 20 and printed["trained_bars"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_classification_follows_from_the_scores(folder, name):  # R145
    printed = json.loads((folder / f"{name}.json").read_text())
    bars = eurusd()
    outcome = bars["close"].shift(-HORIZON) / bars["open"].shift(-1) - 1
    labels = pd.Series(np.where(outcome.isna(), np.nan, outcome > 0), index=bars["close_time"])
    frame = signals(folder, name)
    frame["label"] = labels.reindex(frame["close_time"]).to_numpy()
    frame = frame.dropna(subset=["label"])
    up, score = frame["label"].to_numpy(dtype=bool), frame["score"].to_numpy()
    expected = {"rows": len(frame), "brier": np.mean((score - up) ** 2)}
    expected["log_loss"] = -np.mean(np.log(np.where(up, score, 1 - score)))
    for number, (true, said) in enumerate([(~up, score <= 0.5), (up, score > 0.5)]):
        hits = np.sum(true & said)
        precision, recall = hits / np.sum(said), hits / np.sum(true)
        expected |= {
            f"precision_{number}": precision,
            f"recall_{number}": recall,
            f"f1_{number}": 2 * precision * recall / (precision + recall),
            f"support_{number}": np.sum(true),
        }
    assert not wrong(printed, {f"label_{key}": value for key, value in expected.items()})


def test_comparison_follows_from_both_returns(folder):  # R120, R146
    compared = json.loads(trainer("compare", *NAMES, "--json", "--block", "8", *common(folder)))
    returns = []
    for name in NAMES:
        frame = signals(folder, name)
        returns.append(reference.run(frame, frame["wanted"].to_numpy(), RATE)["net_return"].to_numpy()[1:])
    first, second = returns

    def differences(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
        return np.mean(one) - np.mean(other), np.mean(one) / np.std(one, ddof=1) - np.mean(other) / np.std(other, ddof=1)

    mean, sharpe = differences(first, second)
    assert close(compared["mean_return_difference"]["estimate"], mean)
    assert close(compared["sharpe_per_bar_difference"]["estimate"], sharpe)
    assert close(compared["correlation"], np.corrcoef(first, second)[0, 1])
    assert compared["bars_first_better"] == np.sum(first > second)
    assert compared["bars_second_better"] == np.sum(first < second)

    # Another generator, so other draws: the ends of the intervals agree as far as 2,000 draws can say.
    random = np.random.default_rng(1)
    count = len(first)
    drawn = []
    for _ in range(2000):
        begins = random.random(count) < 1 / 8
        begins[0] = True
        starts = random.integers(0, count, count)
        last = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
        indices = (starts[last] + np.arange(count) - last) % count
        drawn.append(differences(first[indices], second[indices]))
    for key, values in zip(["mean_return_difference", "sharpe_per_bar_difference"], np.transpose(drawn)):
        low, high = np.quantile(values, [0.025, 0.975])
        assert abs(compared[key]["low"] - low) < 0.08 * (high - low)
        assert abs(compared[key]["high"] - high) < 0.08 * (high - low)
