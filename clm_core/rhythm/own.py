"""Limits in units of each customer's own rhythm: silent for so many times their usual gap.

The usual gap is the one that `gap_ratio` is made of: first to last order ÷ (days with an order − 1). Whoever has ordered on
one day only has none, so for them the limits in days stay in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import narwhals as nw
import numpy as np

from clm_core import columns as c
from clm_core.conditions import All, Condition, Test, tests
from clm_core.engine import collect
from clm_core.errors import TooThinError
from clm_core.features import Frame
from clm_core.frameworks import Framework, Rule
from clm_core.rhythm.limits import Proposal, propose_limits
from clm_core.rhythm.spells import Spells, count_spells, order_days, silence_after
from clm_core.tables import Tables

PER_GAP, MOST_GAPS = 10, 20
"""Spells are counted in tenths of the usual gap, and followed for twenty: after two orders on successive days every
silence is hundreds of usual gaps, which says nothing of the customer."""
GAP_RATIO = "gap_ratio"


@dataclass(frozen=True)
class OwnRhythm:
    """Silence in usual gaps after which a return is unusual, and rare: ``times`` by the name of the limit they stand in for."""

    times: dict[str, float]
    proposal: Proposal


def own_spells_of(tables: Tables, as_of_day: int) -> Spells:
    """The spells that began on a customer's second day with an order or later, in tenths of the usual gap until then.

    Only gaps before a spell make its unit, so that the unit does not know how the spell ends.

    Raises
    ------
    TooThinError
        When nobody has ordered on two days up to that day.
    """
    who, day = order_days(tables, as_of_day)
    is_first, place = np.append(True, who[1:] != who[:-1]), np.arange(len(who))
    first = np.maximum.accumulate(np.where(is_first, place, 0))
    knows = place > first
    if not knows.any():
        raise TooThinError(
            "Nobody has a rhythm of their own yet.",
            where="days with an order of each customer",
            found="nobody with two",
            next_step="Keep to limits in days.",
        )
    is_last = np.append(who[1:] != who[:-1], True)
    silent = silence_after(day, is_last, as_of_day)
    # days ÷ (days so far ÷ gaps so far), in whole numbers until the last step
    length = PER_GAP * silent[knows] * (place - first)[knows] // (day - day[first])[knows]
    is_beyond = length > MOST_GAPS * PER_GAP
    return count_spells(
        who[knows],
        np.minimum(length, MOST_GAPS * PER_GAP),
        is_last[knows] | is_beyond,
        unit="usual gap",
        step=1 / PER_GAP,
    )


def propose_own_rhythm(spells: Spells) -> OwnRhythm:
    """How many usual gaps of silence are unusual (at risk) and rare to return from (lost), as :func:`propose_limits` does for days.

    Raises
    ------
    TooThinError
        With too few gaps or customers, or a history too short.
    """
    proposal = propose_limits(spells)
    limits = {"at_risk_days": proposal.at_risk, "lost_days": proposal.lost}
    times = {name: round(limit.days * spells.step, 6) for name, limit in limits.items() if limit is not None}
    return OwnRhythm(times, proposal)


def count_with_rhythm(today: Frame) -> tuple[int, int]:
    """How many customers have a usual gap, and how many have bought at all. ``today``: one row a customer with features."""
    has_rhythm, has_bought = ~nw.col(GAP_RATIO).is_null(), nw.col(c.N_ORDERS) > 0
    sums = [is_so.cast(nw.Int64).sum().alias(name) for name, is_so in (("with", has_rhythm), ("bought", has_bought))]
    counted = collect(today.select(*sums)).fillna(0).iloc[0]
    return int(counted["with"]), int(counted["bought"])


def with_own_rhythm(framework: Framework, times: Mapping[str, float]) -> Framework:
    """The framework with each rule on silence told twice: by the customer's own gap, and in days for those who have none.

    ``times``: name of a limit in days → so many usual gaps in its place. Rules that are nested deeper than a list of
    tests stay as they are.
    """
    rules = tuple(told for rule in framework.rules for told in _told_twice(rule, times))
    return framework.model_copy(update={"rules": rules})


def _told_twice(rule: Rule, times: Mapping[str, float]) -> Iterator[Rule]:
    parts = _flat(rule.when)
    silence = next((test for test in parts if test.feature == c.DAYS_SINCE_LAST_ORDER and test.limit in times), None)
    if silence is None or any(test.feature == GAP_RATIO for test in parts):  # told so already
        yield rule
        return
    others = tuple(test for test in parts if test != silence)
    own = Test(feature=GAP_RATIO, op=silence.op, value=times[str(silence.limit)])
    has_none = Test(feature=GAP_RATIO, op="missing")
    yield Rule(id=f"{rule.id}_for_them", stage=rule.stage, when=All(all=(*others, own)))
    yield Rule(id=rule.id, stage=rule.stage, when=All(all=(*others, has_none, silence)))


def _flat(when: Condition | None) -> tuple[Test, ...]:
    """The tests that must all hold; none where the condition is of another shape."""
    if isinstance(when, Test):
        return (when,)
    is_flat = isinstance(when, All) and all(isinstance(part, Test) for part in when.all)
    return tuple(tests(when)) if when is not None and is_flat else ()
