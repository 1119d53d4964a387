"""The customers behind a number: the same rules and groups that counted them, asked for the people instead."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.breakdown.counts import GROUP, OTHER, UNKNOWN
from clm_core.engine import collect
from clm_core.features import Frame
from clm_core.features.stretches import BEFORE
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN, Ledger

TOLD = (c.N_ORDERS, c.DAYS_SINCE_LAST_ORDER, c.SPEND_TOTAL, c.TENURE_DAYS)
"""What is told of each customer beside the id and the stage."""


def stage_members(
    frame: Frame, framework: Framework, stage: str, group: str | None = None, groups: Sequence[str] = ()
) -> pd.DataFrame:
    """The people in a stage, and of one group where it is given: as many rows as :func:`stages_by` counts there.

    ``groups`` names the groups told one by one, whom `Other` leaves out. Columns: `customer_id`, `stage`, `group` where one is
    given, `n_orders`, `days_since_last_order`, `spend_total` (missing without amounts), `tenure_days`; who spent most comes
    first, without amounts who ordered most.
    """
    here = frame.filter(_is_in(framework, stage))
    if group is None:
        return _listed(here, {c.STAGE: stage})
    return _listed(here.filter(_is_of(group, groups)), {c.STAGE: stage, GROUP: group})


def movers(ledger: Ledger, framework: Framework, period: int, from_stage: str, to_stage: str) -> pd.DataFrame:
    """The people who went from one stage to another in a period: as many rows as :func:`count_moves` counts there.

    ``from_stage`` is empty for people newly known. Columns as in :func:`stage_members`, with `from_stage` and `to_stage`, and
    figures as they were at the end of the period.
    """
    came = ~nw.col("was_known")
    if from_stage != NOT_KNOWN:
        came = nw.col("was_known") & _is_in(framework, from_stage, BEFORE)
    here = ledger.frame.filter((nw.col(c.PERIOD) == period) & came & _is_in(framework, to_stage))
    return _listed(here, {c.FROM_STAGE: from_stage, c.TO_STAGE: to_stage})


def _is_in(framework: Framework, stage: str, prefix: str = "") -> nw.Expr:
    rules = [number for number, of in enumerate(framework.stage_of_rule) if of == stage]
    return framework.rule_number(prefix).is_in(rules)


def _is_of(group: str, groups: Sequence[str]) -> nw.Expr:
    """Membership as the counts have it: whoever bears the name of a catch-all belongs to it too."""
    own = nw.col(GROUP)
    if group == UNKNOWN:
        return own.is_null() | (own == UNKNOWN).fill_null(False)
    if group == OTHER:
        named = [name for name in groups if name not in (OTHER, UNKNOWN)]
        return (~own.is_in([*named, UNKNOWN])).fill_null(False)
    return (own == group).fill_null(False)


def _listed(frame: Frame, told: dict[str, str]) -> pd.DataFrame:
    table = collect(frame.select(c.CUSTOMER_ID, *TOLD))
    for place, (name, value) in enumerate(told.items(), 1):
        table.insert(place, name, value)
    return table.sort_values(
        [c.SPEND_TOTAL, c.N_ORDERS, c.CUSTOMER_ID], ascending=[False, False, True], ignore_index=True
    )
