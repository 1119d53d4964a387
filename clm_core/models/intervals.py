"""The 80 % interval of each score, learned from out-of-time predictions, and how often it held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clm_core import columns as c
from clm_core.models.bands import LEVEL, OutcomeBands
from clm_core.models.churn import level_drift
from clm_core.models.evaluate import calibration_table, coverage
from clm_core.models.tasks import Forecast, Task

Floats = NDArray[np.float64]


class ProbabilityForecast(Forecast, Protocol):
    """A forecast of a probability that can say how sure it is, given how far levels drift between periods."""

    def interval(self, rows: pd.DataFrame, drift: float) -> tuple[Floats, Floats]:
        """Low and high end of each probability."""


@dataclass(frozen=True)
class ProbabilityInterval:
    """For a rate among similar customers: what training leaves open, and the drift of levels between periods."""

    drift: float
    sentence = (
        "80 % interval for the share without an order among customers like this one: what the training rows leave open, and how "
        "far levels moved from one period to the next"
    )

    def around(self, forecast: ProbabilityForecast, rows: pd.DataFrame, predicted: Floats) -> tuple[Floats, Floats]:
        """Low and high end; the estimate is always inside."""
        low, high = forecast.interval(rows, self.drift)
        return np.minimum(low, predicted), np.maximum(high, predicted)

    def measured(self, happened: pd.Series, predicted: Floats, low: Floats, high: Floats) -> tuple[float, str]:
        """Share of ten groups of similar customers whose observed share was inside, allowing for chance in a group."""
        groups = calibration_table(happened, predicted)
        means = [calibration_table(end, predicted)["observed"].to_numpy() for end in (low, high)]
        p, seen = groups["predicted"].to_numpy(), groups["observed"].to_numpy()
        chance = float(ndtri(0.5 + LEVEL / 2)) * np.sqrt(p * (1 - p) / groups["n_customers"].to_numpy())
        inside = coverage(seen, p - np.hypot(p - means[0], chance), np.minimum(1.0, p + np.hypot(means[1] - p, chance)))
        return inside, f"on the test window it held for {inside:.0%} of {len(groups)} groups of similar customers"


@dataclass(frozen=True)
class OutcomeInterval:
    """For a customer's own outcome: between which multiples of the prediction earlier outcomes fell."""

    bands: OutcomeBands
    sentence = (
        "80 % prediction interval for the customer's own outcome: at most about one in ten ended below it and one in ten above, "
        "judged by how far out-of-time predictions of similar size missed"
    )

    def around(self, forecast: Forecast, rows: pd.DataFrame, predicted: Floats) -> tuple[Floats, Floats]:
        """Low and high end; the estimate is always inside."""
        return self.bands.around(predicted)

    def measured(self, actual: pd.Series, predicted: Floats, low: Floats, high: Floats) -> tuple[float, str]:
        """Share of customers whose outcome was inside; net refunds count as nothing spent."""
        inside = coverage(actual.clip(lower=0), low, high)
        return inside, f"on the test window it held for {inside:.0%} of customers"


def learn_interval(task: Task, label: pd.Series, predicted: Floats) -> ProbabilityInterval | OutcomeInterval:
    """The interval that out-of-time predictions of ``task`` ask for."""
    if task.score == c.CHURN_PROB:
        return ProbabilityInterval(level_drift(label, predicted))
    return OutcomeInterval(OutcomeBands.of(predicted, label))
