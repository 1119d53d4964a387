"""Rows of customers with a purchase, by what they are for: to learn from, to test on, to score."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frames, build_features
from clm_core.models.buying import with_buying
from clm_core.models.dataset import HAS_NO_ORDER, Cutoffs, build_dataset, feature_names, plan_cutoffs
from clm_core.models.inputs import inputs_of, with_inputs
from clm_core.models.limits import check_enough, check_leaks

MAX_FIT_ROWS = 120_000
"""Rows at all cut-offs that teach. Some thirty coefficients are settled long before; beyond it only every k-th customer does."""

MIN_EARLIER = 10
"""Rows of either outcome that the earlier part of a split needs to be worth learning from."""

Split = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Windows:
    """Rows at earlier cut-offs, at the test cut-off, at the cut-offs the scores learn from, and of today.

    ``everybody`` holds the rows of ``final`` with people who have no purchase yet. Where there is no cut-off to learn from, ``final`` is
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


def known_at(frames: Frames, as_of_day: int) -> pd.DataFrame:
    """Every customer known at the day with the features models read, by id."""
    features = collect(build_features(frames, as_of_day))
    names = feature_names(frames)
    typed = features[[c.CUSTOMER_ID, *names]].assign(
        **{name: features[name].astype("float64") for name in names}, **{c.AS_OF_DAY: as_of_day}
    )
    return typed.sort_values(c.CUSTOMER_ID, ignore_index=True)


def open_windows(frames: Frames, known: pd.DataFrame, as_of_day: int, horizon_days: int) -> Windows:
    """The rows of each window, checked, with model inputs and buy-till-you-die answers beside them.

    Raises
    ------
    TooThinError
        When the history, the customers or one of the outcomes are too few, or one input gives the label away.
    """
    cutoffs = plan_cutoffs(frames.first_day, as_of_day, horizon_days)
    rows = build_dataset(frames, (*cutoffs.train, cutoffs.test, *cutoffs.final), horizon_days)
    buyers = rows[rows[c.N_ORDERS] > 0].reset_index(drop=True)
    if cutoffs.train:
        check_enough(_at(buyers, cutoffs.train), "training window")
    check_enough(_at(buyers, (cutoffs.test,)), "test window")
    last = cutoffs.final or (cutoffs.test,)
    teaches = teaching(buyers, MAX_FIT_ROWS)
    is_used = teaches | (buyers[c.AS_OF_DAY] == cutoffs.test)
    full = with_buying(with_inputs(buyers[is_used]), horizon_days)
    train, final = (_at(full[teaches[is_used]], days) for days in (cutoffs.train, last))
    test = _at(full, (cutoffs.test,))
    learned = train if cutoffs.train else final
    check_leaks(inputs_of(learned), learned[HAS_NO_ORDER])
    today = with_buying(with_inputs(known[known[c.N_ORDERS] > 0]), horizon_days)
    split_final = (train, test) if cutoffs.train else hold_out(final, horizon_days) if cutoffs.final else None
    split_train = hold_out(train, horizon_days) if cutoffs.train else None
    return Windows(cutoffs, train, test, final, today, _at(rows, last), split_train, split_final)


def _at(rows: pd.DataFrame, days: tuple[int, ...]) -> pd.DataFrame:
    return rows[rows[c.AS_OF_DAY].isin(days)].reset_index(drop=True)


def teaching(rows: pd.DataFrame, most: int) -> pd.Series:
    """Whether a row teaches: all rows of every k-th customer, with k the least that keeps about ``most`` rows or fewer."""
    every = -(-len(rows) // most)
    places = pd.factorize(rows[c.CUSTOMER_ID], sort=True)[0]
    return pd.Series(places % every == 0, index=rows.index)


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
