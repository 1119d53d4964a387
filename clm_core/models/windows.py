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

MAX_FIT_ROWS = 80_000
"""Rows a fit learns from. Some thirty coefficients are settled long before; beyond it only every k-th customer teaches."""


@dataclass(frozen=True)
class Windows:
    """Rows at earlier cut-offs, at the test cut-off, at the cut-offs the scores learn from, and of today.

    ``everybody`` holds the rows of ``final`` with people who have no purchase yet. Where there is no cut-off to learn from, ``final`` is
    the test window, from which intervals are learned and nothing else.
    """

    cutoffs: Cutoffs
    train: pd.DataFrame
    test: pd.DataFrame
    final: pd.DataFrame
    known: pd.DataFrame
    everybody: pd.DataFrame


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
    full = with_buying(with_inputs(buyers), horizon_days)
    last = cutoffs.final or (cutoffs.test,)
    train, final = (limit_rows(_at(full, days), MAX_FIT_ROWS) for days in (cutoffs.train, last))
    learned = train if cutoffs.train else final
    check_leaks(inputs_of(learned), learned[HAS_NO_ORDER])
    today = with_buying(with_inputs(known[known[c.N_ORDERS] > 0]), horizon_days)
    return Windows(cutoffs, train, _at(full, (cutoffs.test,)), final, today, _at(rows, last))


def _at(rows: pd.DataFrame, days: tuple[int, ...]) -> pd.DataFrame:
    return rows[rows[c.AS_OF_DAY].isin(days)].reset_index(drop=True)


def limit_rows(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """All rows of every k-th customer, with k the least that keeps about ``most`` rows or fewer."""
    every = -(-len(rows) // most)
    if every <= 1:
        return rows
    places = pd.factorize(rows[c.CUSTOMER_ID], sort=True)[0]
    kept: pd.DataFrame = rows[places % every == 0]
    return kept.reset_index(drop=True)
