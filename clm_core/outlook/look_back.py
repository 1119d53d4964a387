"""What would have been said at an earlier day, beside what happened since."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clm_core import columns as c
from clm_core.errors import PeriodError
from clm_core.features import Frames
from clm_core.models.dataset import LABELS, MIN_HISTORY_DAYS, build_dataset
from clm_core.models.evaluate import auc, normalised_gini
from clm_core.tables import to_date
from clm_core.wording import count, long_day

MONTHS_BACK = {3: 91, 6: 182, 12: 365}
"""How far back one may look: months, and the days they stand for."""


def day_back(frames: Frames, as_of_day: int, horizon_days: int, months: int) -> int:
    """The day so many months before the as-of day, if scores of that day can be made and judged.

    Raises
    ------
    PeriodError
        When the horizon was not over by the as-of day, or the history before that day is too short to score anybody.
    """
    back = MONTHS_BACK[months]
    day = as_of_day - back
    if back < horizon_days:
        raise PeriodError(
            f"The horizon of {horizon_days} days was not over {count(months, 'month')} later, so nobody knows yet who was right.",
            where=f"{count(months, 'month')} back",
            found=f"{back} days between {long_day(to_date(day))} and {long_day(to_date(as_of_day))}",
            allowed=f"{horizon_days} days or more",
            next_step="Look further back, or choose a shorter horizon.",
        )
    needed = horizon_days + MIN_HISTORY_DAYS
    if day - frames.first_day < needed:
        raise PeriodError(
            f"{count(months, 'month').capitalize()} back the history was too short to score anybody.",
            where=f"{count(months, 'month')} back, a horizon of {horizon_days} days",
            found=f"{count(max(day - frames.first_day, 0), 'day')} of history by then",
            allowed=f"at least {needed} days: one horizon and {MIN_HISTORY_DAYS} days before it",
            next_step="Look less far back, choose a shorter horizon, or add older orders.",
        )
    return day


def with_outcomes(frames: Frames, customers: pd.DataFrame, day: int, horizon_days: int) -> pd.DataFrame:
    """Customers as listed at a day, scores included, with what came in the horizon after it: see :func:`build_dataset`.

    Raises
    ------
    PeriodError
        When the horizon ends after the data.
    """
    happened = build_dataset(frames, [day], horizon_days)[[c.CUSTOMER_ID, *LABELS]]
    return customers.merge(happened, on=c.CUSTOMER_ID, how="inner", validate="one_to_one")


@dataclass(frozen=True)
class Verdict:
    """Said and happened, of people whom the score was given: totals, and how well it ranked (AUC, or normalised Gini)."""

    n_customers: int
    said: float
    happened: float
    ranking: float


def judge(told: pd.DataFrame, score: str, happened: str) -> Verdict:
    """The totals of a score and its outcome, and how well it ranked. Without anybody scored, all but the number is unknown."""
    known = told[told[score].notna()]
    if known.empty:
        return Verdict(0, float("nan"), float("nan"), float("nan"))
    said, came = known[score].astype(float), known[happened].astype(float)
    rank = auc if score == c.CHURN_PROB else normalised_gini
    return Verdict(len(known), float(said.sum()), float(came.sum()), rank(came, said))
