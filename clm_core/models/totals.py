"""How sure the total of all customers is: their misses cancel out, a shop's good and bad seasons do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from clm_core import columns as c
from clm_core.models.bands import LEVEL, WIDE_LEVEL

Floats = NDArray[np.float64]
USUAL_DRIFT, USUAL_WEIGHT = 0.15, 3.0
"""What is taken for granted before any window was seen: totals 15 % off, with the weight of three windows."""
TOTAL_COLUMNS = ("model", "expected", *(end.removeprefix("_") for end in c.ENDS), "n_windows", "drift")


@dataclass(frozen=True)
class LevelDrift:
    """Standard deviation of the logarithm of actual ÷ predicted totals, and its degrees of freedom."""

    spread: float
    freedom: float
    n_windows: int

    @classmethod
    def of(cls, rows: pd.DataFrame, label: str, predicted: Floats, horizon_days: int) -> LevelDrift:
        """Learn from predictions at several cut-offs, none of which saw what came after it.

        Windows that overlap tell less: of k cut-offs over a span of d days, 1 + d / horizon count, at most k. What one window of
        customers would vary by chance is part of what is measured.
        """
        told = pd.DataFrame({"at": rows[c.AS_OF_DAY].to_numpy(), "actual": rows[label].to_numpy(), "said": predicted})
        sums = told.astype(float).groupby("at").sum()
        sums = sums[(sums["actual"] > 0) & (sums["said"] > 0)]
        if sums.empty:
            return cls(USUAL_DRIFT, USUAL_WEIGHT, 0)
        misses = np.log(sums["actual"].to_numpy() / sums["said"].to_numpy())
        n = min(float(len(misses)), 1 + float(np.ptp(sums.index.to_numpy())) / horizon_days)
        freedom = USUAL_WEIGHT + n
        variance = (USUAL_WEIGHT * USUAL_DRIFT**2 + n * float(np.mean(misses**2))) / freedom
        return cls(float(np.sqrt(variance)), freedom, len(misses))

    def around(self, total: float) -> tuple[float, float, float, float]:
        """Low and high end at 80 %, then at 95 %: Student's t on the logarithm."""
        wide = [float(stdtrit(self.freedom, 0.5 + level / 2)) * self.spread for level in (LEVEL, WIDE_LEVEL)]
        inner, outer = wide
        return (
            total * np.exp(-inner),
            total * np.exp(inner),
            total * np.exp(-outer),
            total * np.exp(outer),
        )


def total_row(model: str, predicted: Floats, drift: LevelDrift) -> dict[str, object]:
    """One line of the table of totals."""
    total = float(np.sum(predicted))
    told = (model, total, *drift.around(total), drift.n_windows, drift.spread)
    return dict(zip(TOTAL_COLUMNS, told, strict=True))
