"""Fit on earlier cut-offs, predict a later one: how candidates are chosen and intervals learned without the test window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.dataset import HAS_NO_ORDER
from clm_core.models.limits import check_varies
from clm_core.models.tasks import Task

Floats = NDArray[np.float64]
CLEAR_WIN = 0.001
"""How much better than the simpler candidate the next one must rank to be used."""
MIN_LEARNED = 750
"""Customers below whom a candidate that learns from labels does not come into question."""
MIN_EARLIER = 10
"""Rows of either outcome that the earlier part needs to be worth learning from."""


@dataclass(frozen=True)
class Backtest:
    """Rows held out of training, what a candidate fitted without them predicted, and which candidate that was."""

    choice: int
    held: pd.DataFrame
    predicted: Floats


def hold_out(train: pd.DataFrame, horizon_days: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows as (earlier, held out): the last cut-off is held out, and earlier labels end on or before it.

    Where no cut-off is that early, every second customer is held out at the last cut-off instead and the others are learned
    from: then customers are new to the fit, though the period is not.
    """
    last = int(train[c.AS_OF_DAY].max())
    earlier = train[train[c.AS_OF_DAY] <= last - horizon_days]
    none = int(earlier[HAS_NO_ORDER].sum())
    if min(none, len(earlier) - none) >= MIN_EARLIER:
        return earlier, train[train[c.AS_OF_DAY] == last]
    second = pd.Series(pd.factorize(train[c.CUSTOMER_ID], sort=True)[0] % 2 == 1, index=train.index)
    return train[~second], train[second & (train[c.AS_OF_DAY] == last)]


def run_backtest(task: Task, train: pd.DataFrame, horizon_days: int) -> Backtest:
    """Choose among the candidates of ``task`` on rows held out of ``train``.

    Raises
    ------
    TooThinError
        When the part to learn from holds one outcome only.
    """
    earlier, held = hold_out(train, horizon_days)
    check_varies(earlier[task.label], "earlier part of the training window")
    tried = []
    n_customers = train[c.CUSTOMER_ID].nunique()
    for make in task.candidates if n_customers >= MIN_LEARNED else task.candidates[:1]:
        predicted = make().fit(earlier).predict(held)
        tried.append((predicted, task.measure(held[task.label], predicted)[task.key_metric]))
    choice = 0
    for number, (_, value) in enumerate(tried):
        if value > tried[choice][1] + CLEAR_WIN:
            choice = number
    return Backtest(choice, held, tried[choice][0])
