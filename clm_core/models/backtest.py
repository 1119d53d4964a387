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
CLEAR_WIN = 0.001
"""How much better than the simpler candidate the next one must rank to be used."""
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
    tried = []
    n_customers = pd.concat([earlier[c.CUSTOMER_ID], held[c.CUSTOMER_ID]]).nunique()
    for learn in task.candidates if n_customers >= MIN_LEARNED else task.candidates[:1]:
        predicted = learn(earlier).predict(held)
        tried.append((predicted, task.measure(held[task.label], predicted)[task.key_metric]))
    choice = 0
    for number, (_, value) in enumerate(tried):
        if value > tried[choice][1] + CLEAR_WIN:
            choice = number
    return Backtest(choice, held, tried[choice][0])
