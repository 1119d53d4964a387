"""Stages and moves broken down by anything known of a customer: a trait, the first order, the persona, the cohort."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame
from clm_core.features.stretches import BEFORE
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger
from clm_core.models.evaluate import wilson_interval
from clm_core.wording import SMALL_GROUP

GROUP = "group"
OTHER, UNKNOWN = "Other", "Unknown"
LEVEL = 0.95


def stages_by(
    frame: Frame, framework: Framework, column: str, n_groups: int = 8, order: Sequence[str] = ()
) -> pd.DataFrame:
    """Stages broken down by a text column: one row per group and stage, zeros included, the largest group first.

    Groups beyond the ``n_groups`` largest are one called `Other`, people without a value one called `Unknown`; these come
    last. Groups that have an ``order`` of their own keep it and are all told. Columns: `group`, `stage`, `n_customers`, `share` (of the group) with `low` and `high` (95 %, Wilson), `is_small`.
    """
    numbered = frame.select(nw.col(column).alias(GROUP), framework.rule_number().alias(c.RULE_NO))
    counted = collect(numbered.group_by(GROUP, c.RULE_NO).agg(nw.len().alias(c.N_CUSTOMERS)))
    stages = counted[c.RULE_NO].astype(int).map(dict(enumerate(framework.stage_of_rule)))
    rows = pd.DataFrame({GROUP: _top_groups(counted, len(order) or n_groups), c.STAGE: stages})
    rows[c.N_CUSTOMERS] = counted[c.N_CUSTOMERS]
    sums = _summed(rows, [c.STAGE], order)
    groups = sums[GROUP].unique()
    grid = pd.MultiIndex.from_product([groups, framework.stage_ids], names=[GROUP, c.STAGE])
    full = sums.set_index([GROUP, c.STAGE])[c.N_CUSTOMERS].reindex(grid, fill_value=0).reset_index()
    return _with_share(full, [GROUP])


def moves_by(ledger: Ledger, framework: Framework, column: str, period: int, n_groups: int = 8) -> pd.DataFrame:
    """Moves of one period broken down by a text column; the same groups and columns, with `from_stage` and `to_stage`.

    Only people known before the period count, and `share` is of those of the group in `from_stage`.
    """
    here = ledger.frame.filter((nw.col(c.PERIOD) == period) & nw.col("was_known")).select(
        nw.col(column).alias(GROUP),
        framework.rule_number().alias(c.RULE_NO),
        framework.rule_number(BEFORE).alias(c.PREVIOUS_RULE_NO),
    )
    counted = collect(here.group_by(GROUP, c.PREVIOUS_RULE_NO, c.RULE_NO).agg(nw.len().alias(c.N_CUSTOMERS)))
    stages = dict(enumerate(framework.stage_of_rule))
    rows = pd.DataFrame(
        {
            GROUP: _top_groups(counted, n_groups),
            c.FROM_STAGE: counted[c.PREVIOUS_RULE_NO].astype(int).map(stages),
            c.TO_STAGE: counted[c.RULE_NO].astype(int).map(stages),
            c.N_CUSTOMERS: counted[c.N_CUSTOMERS],
        }
    )
    return _with_share(_summed(rows, [c.FROM_STAGE, c.TO_STAGE]), [GROUP, c.FROM_STAGE])


def _top_groups(counted: pd.DataFrame, n_groups: int) -> pd.Series:
    """The group of each row: its own when among the largest, else `Other`; `Unknown` without a value."""
    sizes = counted.groupby(GROUP)[c.N_CUSTOMERS].sum().reset_index()
    largest = sizes.sort_values([c.N_CUSTOMERS, GROUP], ascending=[False, True])[GROUP].head(n_groups)
    own = counted[GROUP].astype(object)
    return own.where(own.isin(set(largest)), OTHER).mask(own.isna(), UNKNOWN)


def _summed(rows: pd.DataFrame, stages: list[str], order: Sequence[str] = ()) -> pd.DataFrame:
    """People by group and stages; groups in the order given, else by size, `Other` and `Unknown` last."""
    sizes = rows.groupby(GROUP)[c.N_CUSTOMERS].sum()
    place = {name: number for number, name in enumerate(order)}

    def rank(name: str) -> tuple[bool, bool, int, int, str]:
        return name == UNKNOWN, name == OTHER, place.get(name, len(place)), -int(sizes[name]), name

    sums = rows.groupby([GROUP, *stages])[c.N_CUSTOMERS].sum()
    return sums.reindex(sorted(sizes.index, key=rank), level=GROUP).reset_index()


def _with_share(table: pd.DataFrame, within: list[str]) -> pd.DataFrame:
    size = table.groupby(within)[c.N_CUSTOMERS].transform("sum")
    low, high = wilson_interval(table[c.N_CUSTOMERS], size, LEVEL)
    return table.assign(share=table[c.N_CUSTOMERS] / size, low=low, high=high, is_small=size < SMALL_GROUP)
