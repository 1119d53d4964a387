"""Conversion to the next phase, and the way back.

Conversion asks of those who are in a stage at a period end who is seen on a stage further along the path at any of the next k
period ends; from off the path, who is seen on the path again. Windows that reach beyond the last full period are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.evaluate import wilson_interval
from clm_core.progress.paths import NOT_YET, Ints, StagePaths
from clm_core.wording import SMALL_GROUP

HORIZONS = (1, 3, 6, 12)
LEVEL = 0.95


def conversion(paths: StagePaths, horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """Of those in a stage at a period end, the share seen on a later path stage by 1, 3, 6 and 12 periods on.

    One row per horizon, period end and stage with anyone in it, except the last path stage, which has no next phase.
    Columns: `horizon` (periods of the ledger), `as_of`, `stage`, `n_customers`, `n_forward`, `share` with `low` and `high`
    (95 %, Wilson), `n_back` (seen on an earlier stage or off the path in that time; one person may be seen on both sides),
    `is_small`, `is_complete`. Where the window reaches beyond the last full period the figures are missing.
    """
    return _shares(paths, horizons, paths.stages != NOT_YET)


def conversion_after_entry(paths: StagePaths, horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """The same of those who *entered* a stage at each period end, so that every stay counts once.

    Columns as in :func:`conversion`. People in a stage at the first period end of the history came there at a time unknown
    and are left out.
    """
    return _shares(paths, horizons, entries(paths))


def pooled_conversion(by_entry: pd.DataFrame) -> pd.DataFrame:
    """All entries together: one row per horizon and stage, and `n_left_out`, the entries too late to be judged."""
    judged, keys = by_entry["is_complete"], ["horizon", c.STAGE]
    counts = by_entry[judged].groupby(keys, sort=False)[[c.N_CUSTOMERS, "n_forward", "n_back"]].sum()
    late = by_entry[~judged].groupby(keys, sort=False)[c.N_CUSTOMERS].sum()
    order = by_entry[keys].drop_duplicates()
    table = order.merge(counts.reset_index(), on=keys, how="left").merge(
        late.rename("n_left_out").reset_index(), on=keys, how="left"
    )
    whole = [c.N_CUSTOMERS, "n_forward", "n_back", "n_left_out"]
    table[whole] = table[whole].fillna(0).astype("int64")
    return _with_interval(table)


def entries(paths: StagePaths) -> NDArray[np.bool_]:
    """The cells of ``paths.stages`` in which someone is newly in their stage; the first period is never one."""
    is_entry = np.zeros(paths.stages.shape, bool)
    is_entry[:, 1:] = (paths.stages[:, 1:] != NOT_YET) & (paths.stages[:, 1:] != paths.stages[:, :-1])
    return is_entry


def _shares(paths: StagePaths, horizons: Sequence[int], counted: NDArray[np.bool_]) -> pd.DataFrame:
    ids, (_, n_periods) = paths.stage_ids, paths.stages.shape
    path, period = np.nonzero(counted)
    cell = period * len(ids) + paths.stages[counted]
    n = paths.n_customers[path].astype(float)

    def people(seen: NDArray[np.bool_] | None = None) -> Ints:
        weights = n if seen is None else n * seen[counted]
        return np.bincount(cell, weights=weights, minlength=n_periods * len(ids)).round().astype(np.int64)

    base = pd.DataFrame(
        {
            c.AS_OF: np.repeat(np.array(paths.ledger.dates, object), len(ids)),
            c.STAGE: ids * n_periods,
            c.N_CUSTOMERS: people(),
        }
    )
    number = np.repeat(np.arange(n_periods), len(ids))
    tables = [
        base.assign(
            horizon=horizon,
            n_forward=people(forward),
            n_back=people(back),
            is_complete=number + horizon < paths.ledger.n_full,
        )
        for horizon, forward, back in _seen_ahead(paths.places, sorted(set(horizons)))
    ]
    on_path = [stage.id for stage in paths.framework.stages if stage.kind == "path"]
    table = pd.concat(tables, ignore_index=True)
    table = table[(table[c.N_CUSTOMERS] > 0) & (table[c.STAGE] != on_path[-1])].reset_index(drop=True)
    found = ["n_forward", "n_back"]
    table[found] = table[found].astype("Int64").mask(~table["is_complete"])
    shown = ["horizon", c.AS_OF, c.STAGE, c.N_CUSTOMERS, *found, "is_complete"]
    return _with_interval(table[shown])


def _seen_ahead(
    places: NDArray[np.int8], horizons: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each horizon, the cells after which a later, and an earlier place is seen within so many periods."""
    highest, lowest = np.full_like(places, -128), np.full_like(places, 127)
    for step in range(1, max(horizons) + 1):
        if step < places.shape[1]:
            highest[:, :-step] = np.maximum(highest[:, :-step], places[:, step:])
            lowest[:, :-step] = np.minimum(lowest[:, :-step], places[:, step:])
        if step in horizons:
            # whoever is off the path moves forward by coming back to any stage of it
            yield step, highest > np.maximum(places, -1), lowest < places


def _with_interval(table: pd.DataFrame) -> pd.DataFrame:
    forward = table["n_forward"].astype("Float64").to_numpy("float64", na_value=np.nan)
    n = table[c.N_CUSTOMERS].to_numpy("float64")
    low, high = wilson_interval(forward, n, LEVEL)
    share = np.divide(forward, n, out=np.full(len(n), np.nan), where=n > 0)
    is_known = n > 0
    return table.assign(
        share=share,
        low=np.where(is_known, low, np.nan),
        high=np.where(is_known, high, np.nan),
        is_small=table[c.N_CUSTOMERS] < SMALL_GROUP,
    )
