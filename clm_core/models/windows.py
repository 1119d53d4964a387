"""Rows of customers with a purchase, by what they are for: to learn from, to test on, to score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clm_core import columns as c
from clm_core.features import Frames, frames_of_some
from clm_core.models.buying import with_buying
from clm_core.models.dataset import HAS_NO_ORDER, Cutoffs, build_dataset, dataset_and_known
from clm_core.models.inputs import inputs_of, with_inputs
from clm_core.models.limits import check_enough, check_leaks
from clm_core.models.season import Season

MAX_FIT_ROWS = 120_000
"""Rows at all cut-offs that teach. Some thirty coefficients are settled long before; beyond it only every k-th customer does."""

MIN_EARLIER = 10
"""Rows of either outcome that the earlier part of a split needs to be worth learning from."""

Split = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Windows:
    """Rows at earlier cut-offs, at the test cut-off, at the cut-offs the scores learn from, and of today.

    ``everybody`` holds rows of the cut-offs of ``final`` with people who have no purchase yet. Where there is no cut-off to learn from, ``final`` is
    the test window, from which intervals are learned and nothing else.

    ``split_train`` and ``split_final`` are rows to compare candidates on before they learn from ``train`` and ``final``: an earlier part to learn
    from, and rows held out. None without rows to learn from.
    """

    cutoffs: Cutoffs
    train: pd.DataFrame
    test: pd.DataFrame
    final: pd.DataFrame
    known: pd.DataFrame
    everybody: pd.DataFrame
    split_train: Split | None
    split_final: Split | None
    season_test: Season | None
    season_now: Season | None


@dataclass(frozen=True)
class Rows:
    """What windows are cut from: rows at the cut-offs of a plan, whether each may teach, and everybody known today.

    At the test cut-off stands everybody, at the others those who teach.
    """

    labelled: pd.DataFrame
    teaches: pd.Series
    known: pd.DataFrame


def read_rows(frames: Frames, plan: Cutoffs, most: int = MAX_FIT_ROWS) -> Rows:
    """The rows that the plan asks for. Where those to learn from are more than ``most``, every k-th customer teaches."""
    days = sorted({*plan.train, *plan.final, plan.test})
    if frames.n_customers * len(days) <= most:
        every = (*plan.earlier, plan.test)
        labelled, known = dataset_and_known(frames, every, plan.horizon_days, plan.as_of_day)
        return Rows(labelled, pd.Series(True, index=labelled.index), known)
    test, known = dataset_and_known(frames, (plan.test,), plan.horizon_days, plan.as_of_day)
    teachers = teachers_of(known, plan.as_of_day, days, most)
    labelled = test
    if plan.earlier:
        taught = build_dataset(frames_of_some(frames, teachers), plan.earlier, plan.horizon_days)
        labelled = pd.concat([taught, test], ignore_index=True)
    return Rows(labelled, labelled[c.CUSTOMER_ID].isin(teachers), known)


def teachers_of(known: pd.DataFrame, as_of_day: int, days: Sequence[int], most: int) -> pd.Series:
    """Ids of every k-th customer, with k the least at which theirs are about ``most`` rows at ``days``, or fewer."""
    since = as_of_day - known[c.TENURE_DAYS].to_numpy()
    n_rows = sum(int((since <= day).sum()) for day in days)
    teachers: pd.Series = known[c.CUSTOMER_ID].iloc[:: -(-n_rows // most)]
    return teachers


def open_windows(rows: Rows, plan: Cutoffs) -> Windows:
    """The rows of each window, checked, with model inputs and buy-till-you-die answers beside them.

    Raises
    ------
    TooThinError
        When the customers or one of the outcomes are too few, or one input gives the label away.
    """
    is_buyer = rows.labelled[c.N_ORDERS] > 0
    buyers, teaches = rows.labelled[is_buyer].reset_index(drop=True), rows.teaches[is_buyer].to_numpy()
    if plan.train:
        check_enough(_at(buyers[teaches], plan.train), "training window")
    check_enough(_at(buyers, (plan.test,)), "test window")
    full, models = with_buying(with_inputs(buyers), plan.horizon_days)
    last = plan.final or (plan.test,)
    train, final = (_at(full[teaches], days) for days in (plan.train, last))
    test = _at(full, (plan.test,))
    learned = train if plan.train else final
    check_leaks(inputs_of(learned), learned[HAS_NO_ORDER])
    today, _ = with_buying(with_inputs(rows.known[rows.known[c.N_ORDERS] > 0]), plan.horizon_days, near=models)
    seasons = [
        Season.after(day, full[teaches & full[c.AS_OF_DAY].isin(days)], plan.horizon_days)
        for day, days in ((plan.test, plan.season_test), (plan.as_of_day, plan.season_final))
    ]
    split_final = (train, test) if plan.train else hold_out(final, plan.horizon_days) if plan.final else None
    split_train = hold_out(train, plan.horizon_days) if plan.train else None
    return Windows(plan, train, test, final, today, _at(rows.labelled, last), split_train, split_final, *seasons)


def _at(rows: pd.DataFrame, days: tuple[int, ...]) -> pd.DataFrame:
    return rows[rows[c.AS_OF_DAY].isin(days)].reset_index(drop=True)


def hold_out(train: pd.DataFrame, horizon_days: int) -> Split:
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
