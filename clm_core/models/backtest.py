"""Fit on earlier cut-offs, predict a later one: how candidates are chosen and intervals learned without the test window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.limits import check_varies
from clm_core.models.tasks import Task

Floats = NDArray[np.float64]
N_GROUPS = 20
"""Groups of customers from which the standard error of a difference between two candidates is taken."""
MIN_LEARNED = 750
"""Customers below whom a candidate that learns from labels does not come into question."""


@dataclass(frozen=True)
class Backtest:
    """Rows held out of training, what a candidate fitted without them predicted, and which candidate that was."""

    choice: int
    held: pd.DataFrame
    predicted: Floats


def run_backtest(task: Task, earlier: pd.DataFrame, held: pd.DataFrame) -> Backtest:
    """Choose among the candidates of ``task``: they learn from ``earlier`` rows and predict those held out.

    Raises
    ------
    TooThinError
        When the part to learn from holds one outcome only.
    """
    check_varies(earlier[task.label], "earlier part of the training window")
    n_customers = pd.concat([earlier[c.CUSTOMER_ID], held[c.CUSTOMER_ID]]).nunique()
    considered = task.candidates if n_customers >= MIN_LEARNED else task.candidates[:1]
    choice, best = 0, considered[0](earlier).predict(held)
    for number, learn in enumerate(considered[1:], start=1):
        predicted = learn(earlier).predict(held)
        if not is_clearly_worse(task, held[task.label], predicted, best):
            choice, best = number, predicted
    return Backtest(choice, held, best)


def is_clearly_worse(task: Task, happened: pd.Series, predicted: Floats, simpler: Floats) -> bool:
    """Whether ``predicted`` ranks worse than the ``simpler`` answer by more than two standard errors of the difference.

    The error is that between groups of customers, each measured for both.
    """

    def lead(part: slice) -> float:
        ours, theirs = (task.measure(happened.iloc[part], said[part])[task.key_metric] for said in (predicted, simpler))
        return ours - theirs

    leads = np.array([lead(slice(k, None, N_GROUPS)) for k in range(N_GROUPS)])
    known = leads[np.isfinite(leads)]
    error = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else 0.0
    return bool(lead(slice(None)) < -2 * error)
