"""Real bars, and what equal means."""

import importlib.util
import pathlib

import pandas as pd

TOLERANCE = 1e-12


def close(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs))


def wrong(printed: dict, expected: dict) -> dict:
    """What is printed and what is expected, where they are not equal; None is unknown."""
    return {
        key: (printed[key], value)
        for key, value in expected.items()
        if (printed[key] is None) != (value is None) or (value is not None and not close(printed[key], value))
    }


def eurusd() -> pd.DataFrame:
    """5,000 hourly bars of 2017 and 2018, week-ends left out, that the wheel `backtesting` carries."""
    package = importlib.util.find_spec("backtesting")
    assert package and package.submodule_search_locations
    path = pathlib.Path(package.submodule_search_locations[0]) / "test" / "EURUSD.csv"
    bars = pd.read_csv(path, index_col=0, parse_dates=True)
    bars.columns = bars.columns.str.lower()
    bars = bars.rename_axis("time").reset_index()
    bars["time"] = bars["time"].dt.tz_localize("UTC")
    bars["close_time"] = bars["time"] + pd.Timedelta(hours=1)
    return bars
