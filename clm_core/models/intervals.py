"""The 80 % and 95 % interval of each score, learned from out-of-time predictions, and how often they held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clm_core import columns as c
from clm_core.models.bands import LEVEL, WIDE_LEVEL, OutcomeBands
from clm_core.models.churn import level_drift, odds_interval
from clm_core.models.evaluate import calibration_table, coverage
from clm_core.models.tasks import Forecast, Task

Floats = NDArray[np.float64]
LEVELS = (LEVEL, WIDE_LEVEL)


class ProbabilityForecast(Forecast, Protocol):
    """A forecast of a probability that can say how much of it is sampling."""

    def spread(self, rows: pd.DataFrame) -> Floats:
        """Standard deviation of each log odds that the training rows leave open."""


@dataclass(frozen=True)
class ProbabilityInterval:
    """For a rate among similar customers: what training leaves open, and the drift of levels between periods."""

    drift: float
    sentence = (
        "80 % and 95 % interval for the share without an order among customers like this one: what the training rows leave open, "
        "and how far levels moved from one period to the next"
    )

    def around(self, forecast: ProbabilityForecast, rows: pd.DataFrame, predicted: Floats) -> tuple[Floats, ...]:
        """Low and high end at 80 %, then at 95 %; the estimate is always inside."""
        spread = forecast.spread(rows)
        return tuple(end for level in LEVELS for end in odds_interval(predicted, spread, self.drift, level))

    def measured(self, happened: pd.Series, predicted: Floats, ends: tuple[Floats, ...]) -> tuple[list[float], str]:
        """Share of ten groups of similar customers whose observed share was inside, allowing for chance in a group."""
        groups = calibration_table(happened, predicted)
        p, seen = groups["predicted"].to_numpy(), groups["observed"].to_numpy()
        held = []
        for level, low, high in zip(LEVELS, ends[::2], ends[1::2], strict=True):
            means = [calibration_table(end, predicted)["observed"].to_numpy() for end in (low, high)]
            chance = float(ndtri(0.5 + level / 2)) * np.sqrt(p * (1 - p) / groups["n_customers"].to_numpy())
            below, above = np.hypot(p - means[0], chance), np.hypot(means[1] - p, chance)
            held.append(coverage(seen, np.maximum(0.0, p - below), np.minimum(1.0, p + above)))
        return held, f"{held[0]:.0%} and {held[1]:.0%} of {len(groups)} groups of similar customers"


@dataclass(frozen=True)
class OutcomeInterval:
    """For a customer's own outcome: between which multiples of the prediction earlier outcomes fell."""

    bands: tuple[OutcomeBands, ...]
    sentence = (
        "80 % and 95 % prediction interval for the customer's own outcome, judged by how far out-of-time predictions of similar size "
        "missed"
    )

    def around(self, forecast: Forecast, rows: pd.DataFrame, predicted: Floats) -> tuple[Floats, ...]:
        """Low and high end at 80 %, then at 95 %; the estimate is always inside."""
        inner, outer = (band.around(predicted) for band in self.bands)
        return *inner, np.minimum(outer[0], inner[0]), np.maximum(outer[1], inner[1])

    def measured(self, actual: pd.Series, predicted: Floats, ends: tuple[Floats, ...]) -> tuple[list[float], str]:
        """Share of customers whose outcome was inside; net refunds count as nothing spent."""
        outcomes = actual.clip(lower=0)
        held = [coverage(outcomes, low, high) for low, high in zip(ends[::2], ends[1::2], strict=True)]
        return held, f"{held[0]:.0%} and {held[1]:.0%} of customers"


def learn_interval(task: Task, label: pd.Series, predicted: Floats) -> ProbabilityInterval | OutcomeInterval:
    """The intervals that out-of-time predictions of ``task`` ask for."""
    if task.score == c.CHURN_PROB:
        return ProbabilityInterval(level_drift(label, predicted))
    return OutcomeInterval(tuple(OutcomeBands.of(predicted, label, level) for level in LEVELS))
