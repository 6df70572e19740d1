"""The measures of a run, from bars and positions, with pandas and NumPy alone.

Written from Sources/HearthMarket/HearthMarket.docc/Performance.md, not from the Swift code: whole columns instead of bar by bar.
"""

import numpy as np
import pandas as pd

YEAR_SECONDS = 365.25 * 86_400


def run(bars: pd.DataFrame, wanted: np.ndarray, rate: float) -> pd.DataFrame:
    """One row per bar: net_return (NaN in the first), equity, drawdown, position, change.

    bars has open, close and close_time; wanted is what was decided at each close; rate is the cost of a unit of change.
    """
    frame = bars.reset_index(drop=True).copy()
    position = pd.Series(wanted, dtype="float64").shift(1).fillna(0.0)
    before = position.shift(1).fillna(0.0)
    change = (position - before).abs()
    gap = 1 + before * (frame["open"] / frame["close"].shift(1).fillna(frame["open"]) - 1)
    session = 1 + position * (frame["close"] / frame["open"] - 1)
    factor = gap.clip(lower=0) * (1 - rate * change) * session.clip(lower=0)
    equity = factor.cumprod()
    net = (factor - 1).where(equity.shift(1).fillna(1.0) > 0, 0.0)
    net.iloc[0] = np.nan
    peak = np.maximum.accumulate(equity.to_numpy())
    frame["position"], frame["change"] = position, change
    frame["net_return"], frame["equity"], frame["drawdown"] = net, equity, 1 - equity / peak
    return frame


def measures(frame: pd.DataFrame, rate: float, timeframe_seconds: float) -> dict[str, float | None]:
    """The measures by the names of metrics.csv; None for what is unknown."""
    steps = frame.iloc[1:]
    returns = steps["net_return"].to_numpy()
    count = len(returns)
    span = (frame["close_time"].iloc[-1] - frame["close_time"].iloc[0]).total_seconds()
    per_year = min(count * YEAR_SECONDS / span, YEAR_SECONDS / timeframe_seconds)
    held = steps[steps["position"] != 0]
    turnover = steps["change"].sum()
    deviation = np.std(returns, ddof=1) if count >= 30 else 0.0
    known = count >= 30 and deviation > abs(np.mean(returns)) * 1e-12
    sharpe = np.mean(returns) / deviation if known else None
    error = np.sqrt((1 + sharpe**2 / 2) / count) if known else None
    return {
        "cum_return": frame["equity"].iloc[-1] - 1,
        "mean_return": np.mean(returns),
        "return_standard_deviation": deviation if known else None,
        "sharpe_per_bar": sharpe,
        "sharpe_per_bar_standard_error": error,
        "sharpe": sharpe * np.sqrt(per_year) if known else None,
        "sharpe_standard_error": error * np.sqrt(per_year) if known else None,
        "bars_per_year": per_year,
        "max_drawdown": frame["drawdown"].max(),
        "hit_rate": (held["net_return"] > 0).mean() if len(held) else None,
        "turnover": turnover,
        "turnover_per_year": turnover / count * per_year,
        "exposure": len(held) / count,
        "trades": (held["change"] > 0).sum(),
        "costs": rate * turnover,
        "returns": count,
    }
