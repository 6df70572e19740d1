"""What `hearth-trainer measure` says against pandas and NumPy (R145): equal to 1e-12."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest

import reference
from bars import TOLERANCE, eurusd, wrong

TRAINER = pathlib.Path(os.environ["HEARTH_BIN"]) / "hearth-trainer"
BUY_AND_HOLD = ["cum_return", "sharpe", "sharpe_standard_error", "sharpe_per_bar", "mean_return", "max_drawdown"]


def walk(count: int, seed: int, scale: float = 0.01, hours: int = 1) -> pd.DataFrame:
    """Bars with gaps between close and open."""
    random = np.random.default_rng(seed)
    gaps, moves = random.normal(0, scale / 4, count), random.normal(0, scale, count)
    closes = 100 * np.exp(np.cumsum(gaps + moves))
    opens = closes / np.exp(moves)
    times = pd.date_range("2024-01-01", periods=count, freq=f"{hours}h", tz="UTC")
    return pd.DataFrame(
        {
            "time": times,
            "open": opens,
            "high": np.maximum(opens, closes) * 1.001,
            "low": np.minimum(opens, closes) * 0.999,
            "close": closes,
            "volume": 1.0,
            "close_time": times + pd.Timedelta(hours=hours),
        }
    )


def positions(count: int, seed: int, mean_length: int) -> np.ndarray:
    """Positions that are kept for some bars each."""
    random = np.random.default_rng(seed)
    drawn = random.integers(-1, 2, count + 1)
    return drawn[np.cumsum(random.random(count) < 1 / mean_length)]


def measure(folder: pathlib.Path, bars: pd.DataFrame, wanted: np.ndarray, *options: str) -> tuple[dict, pd.DataFrame]:
    """What the program prints, and the equity curve that it writes."""
    data, file, output = folder / "bars.csv", folder / "positions.csv", folder / "output"
    bars.drop(columns="close_time").to_csv(data, index=False)
    pd.DataFrame({"close_time": bars["close_time"], "position": wanted}).to_csv(file, index=False)
    command = [TRAINER, "measure", "--data", data, "--positions", file, "--output", output, "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), pd.read_csv(output / "equity.csv")


def check(printed: dict, curve: pd.DataFrame, bars: pd.DataFrame, wanted: np.ndarray, rate: float, seconds: float):
    frame = reference.run(bars, wanted, rate)
    market = reference.run(bars, np.ones(len(bars)), rate)
    expected = reference.measures(frame, rate, seconds)
    beside = reference.measures(market, rate, seconds)
    expected |= {f"buy_and_hold_{key}": beside[key] for key in BUY_AND_HOLD}
    assert not wrong(printed, expected)
    assert len(curve) == len(bars)
    for ours, theirs in [
        ("equity", frame["equity"]),
        ("drawdown", frame["drawdown"]),
        ("position", frame["position"]),
        ("net_return", frame["net_return"]),
        ("buy_and_hold_equity", market["equity"]),
        ("buy_and_hold_drawdown", market["drawdown"]),
        ("close", bars["close"]),
    ]:
        np.testing.assert_allclose(curve[ours], theirs, rtol=TOLERANCE, atol=TOLERANCE, err_msg=ours)
    assert (pd.to_datetime(curve["close_time"]) == bars["close_time"]).all()


@pytest.mark.parametrize("seed", range(6))
def test_seeded_walks(tmp_path, seed):  # R145
    bars, wanted = walk(2000, seed), positions(2000, seed, mean_length=1 + 7 * seed)
    printed, curve = measure(tmp_path, bars, wanted, "--fee-bps", "7.5", "--slippage-bps", "2.25")
    check(printed, curve, bars, wanted, 9.75e-4, 3600)


def test_real_hours_with_weekends(tmp_path):  # R145
    bars = eurusd()
    wanted = positions(len(bars), 1, mean_length=20)
    printed, curve = measure(tmp_path, bars, wanted, "--fee-bps", "0.5", "--slippage-bps", "0.5")
    check(printed, curve, bars, wanted, 1e-4, 3600)
    assert 6000 < printed["bars_per_year"] < 6400


def test_long_run_without_costs(tmp_path):
    bars, wanted = walk(20_000, 7, scale=0.001), positions(20_000, 7, mean_length=3)
    printed, curve = measure(tmp_path, bars, wanted, "--fee-bps", "0", "--slippage-bps", "0")
    check(printed, curve, bars, wanted, 0.0, 3600)


@pytest.mark.parametrize(("count", "known"), [(2, False), (30, False), (31, True)])
def test_sharpe_is_null_below_thirty_returns(tmp_path, count, known):
    bars, wanted = walk(count, 3), np.ones(count, dtype=int)
    printed, curve = measure(tmp_path, bars, wanted)
    check(printed, curve, bars, wanted, 15e-4, 3600)
    assert (printed["sharpe"] is not None) == known


def test_never_a_position(tmp_path):
    bars, wanted = walk(100, 4), np.zeros(100, dtype=int)
    printed, curve = measure(tmp_path, bars, wanted)
    check(printed, curve, bars, wanted, 15e-4, 3600)
    assert printed["sharpe"] is None and printed["hit_rate"] is None and printed["trades"] == 0


def test_everything_lost(tmp_path):
    bars = walk(50, 5)
    bars.loc[20, "high"] = bars.loc[20, "close"] = bars.loc[20, "open"] * 2.5
    wanted = np.full(50, -1)
    printed, curve = measure(tmp_path, bars, wanted)
    check(printed, curve, bars, wanted, 15e-4, 3600)
    assert printed["cum_return"] == -1 and printed["max_drawdown"] == 1


def test_from_and_to_measure_a_part(tmp_path):
    bars, wanted = walk(500, 6), positions(500, 6, mean_length=4)
    begin, end = bars["close_time"][100], bars["close_time"][400]
    printed, curve = measure(tmp_path, bars, wanted, "--from", begin.isoformat(), "--to", end.isoformat())
    check(printed, curve, bars[100:400].reset_index(drop=True), wanted[100:400], 15e-4, 3600)
