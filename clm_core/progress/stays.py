"""How long people stay in a stage: Kaplan–Meier over stays, so that those still running count for as long as they were seen.

A stay is a run of period ends in one stage without a break; its length is the number of these period ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clm_core import columns as c
from clm_core.progress.paths import NOT_YET, StagePaths

Floats = NDArray[np.float64]
Counted = NDArray[Any]
LEVEL = 0.95


def stays(paths: StagePaths) -> pd.DataFrame:
    """Every stay, counted where alike, as seen up to the last full period: a period cut short gave less time to leave.

    Columns: `stage`, `n_periods`, `has_left`, `is_first` (running from the first period of the history, so that its true
    beginning is unknown), `n_customers`.
    """
    stages = paths.stages[:, : paths.ledger.n_full]
    is_start = stages != NOT_YET
    is_start[:, 1:] &= stages[:, 1:] != stages[:, :-1]
    path, start = np.nonzero(is_start)
    is_last = np.append(path[1:] != path[:-1], True)[: len(path)]
    end = np.where(is_last, stages.shape[1], np.append(start[1:], 0)[: len(start)])
    table = pd.DataFrame(
        {
            c.STAGE: np.array(paths.stage_ids, object)[stages[path, start]],
            "n_periods": end - start,
            "has_left": ~is_last,
            "is_first": start == 0,
            c.N_CUSTOMERS: paths.n_customers[path],
        }
    )
    keys = [name for name in table.columns if name != c.N_CUSTOMERS]
    return table.groupby(keys)[c.N_CUSTOMERS].sum().reset_index()


def stay_curves(paths: StagePaths, *, with_first: bool = False) -> pd.DataFrame:
    """The share still in a stage after so many periods there, by stage in lifecycle order.

    Stays from the first period of the history are left out unless ``with_first``. Columns: `stage`, `n_periods` (1, 2, …),
    `n_at_risk`, `n_left`, `share_staying`, `low`, `high` (95 %, from Greenwood's variance on the log-log scale).
    """
    table = stays(paths)
    table = table if with_first else table[~table["is_first"]]
    return pd.concat([_curve(table, stage) for stage in paths.framework.stage_ids], ignore_index=True)


def _curve(table: pd.DataFrame, stage: str) -> pd.DataFrame:
    here = table[table[c.STAGE] == stage]
    length, has_left, n = (here[name].to_numpy() for name in ("n_periods", "has_left", c.N_CUSTOMERS))
    longest = int(length.max()) if len(length) else 0
    left = np.bincount(length[has_left], weights=n[has_left], minlength=longest + 1)[1:]
    running = np.bincount(length[~has_left], weights=n[~has_left], minlength=longest + 1)[1:]
    # whether a running stay of d periods is left after d is not known yet: it tells about lengths up to d − 1
    at_risk = np.cumsum((left + running)[::-1])[::-1] - running
    known = at_risk > 0
    staying = np.cumprod(1 - left[known] / at_risk[known])
    low, high = _interval(staying, left[known], at_risk[known])
    return pd.DataFrame(
        {
            c.STAGE: stage,
            "n_periods": np.flatnonzero(known) + 1,
            "n_at_risk": at_risk[known].astype("int64"),
            "n_left": left[known].astype("int64"),
            "share_staying": staying,
            "low": low,
            "high": high,
        }
    )


def _interval(staying: Counted, left: Counted, at_risk: Counted) -> tuple[Floats, Floats]:
    """Stays inside 0–1 (Kalbfleisch and Prentice); at 0 and 1 the variance is no guide and the ends are the estimate."""
    inside = (staying > 0) & (staying < 1)
    variance = np.cumsum(left / (at_risk * np.maximum(at_risk - left, 1e-12)))
    spread = np.sqrt(variance[inside]) / np.abs(np.log(staying[inside]))
    factor = np.exp(float(ndtri(0.5 + LEVEL / 2)) * spread)
    low, high = staying.copy(), staying.copy()
    low[inside], high[inside] = staying[inside] ** factor, staying[inside] ** (1 / factor)
    return low, high


def time_in_stage(paths: StagePaths, *, within: int = 12, with_first: bool = False) -> pd.DataFrame:
    """How long people stay in each stage, in lifecycle order, in periods of the ledger.

    Columns: `stage`, `n_stays`, `n_running` (not left yet), `n_first` (from the first period of the history; left out unless
    ``with_first``), `median` (missing while more than half stay), `mean_within`: mean number of periods spent in the stage
    out of the first ``within``, missing where stays were not followed for so long.
    """
    table, curves = stays(paths), stay_curves(paths, with_first=with_first)
    rows = []
    for stage in paths.framework.stage_ids:
        here = table[table[c.STAGE] == stage]
        used = here if with_first else here[~here["is_first"]]
        curve = curves[curves[c.STAGE] == stage]
        half = curve.loc[curve["share_staying"] <= 0.5, "n_periods"]
        rows.append(
            {
                c.STAGE: stage,
                "n_stays": int(used[c.N_CUSTOMERS].sum()),
                "n_running": int(used.loc[~used["has_left"], c.N_CUSTOMERS].sum()),
                "n_first": int(here.loc[here["is_first"], c.N_CUSTOMERS].sum()),
                "median": float(half.iloc[0]) if len(half) else float("nan"),
                "mean_within": _mean_within(curve["share_staying"].to_numpy(), within),
            }
        )
    return pd.DataFrame(rows)


def _mean_within(staying: Floats, within: int) -> float:
    """The area under the curve: everyone is there for the first period, the share staying for each later one."""
    has_ended = bool(len(staying)) and staying[-1] == 0
    if not len(staying) or (len(staying) < within - 1 and not has_ended):
        return float("nan")
    return float(1 + staying[: within - 1].sum())
