"""Stage paths: the stages of a customer at all period ends in a row, and how many customers took each path.

A customer changes stage seldom. Changes are cut out of the ledger by two case expressions and a filter, packed into a few
whole numbers per customer and counted by these, all in the engine. What comes home is one row for each different path, from
which conversion, time in stage and flows between any two days are arithmetic on a small matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame
from clm_core.features.stretches import BEFORE, WAS_KNOWN
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger

Ints = NDArray[np.int64]
NOT_YET = -1
"""Stands for the stage of people who are not known yet."""
WORD_BITS = 60
"""Bits used of a whole number of 64: several stages are packed into one."""


@dataclass(frozen=True)
class StagePaths:
    """Different paths and how many customers took each.

    ``stages`` has a row for each path and a column for each period of the ledger: the index of the stage in
    ``stage_ids``, or :data:`NOT_YET`. ``n_customers`` counts the people of each row.
    """

    stages: NDArray[np.int8]
    n_customers: Ints
    ledger: Ledger
    framework: Framework

    @property
    def stage_ids(self) -> list[str]:
        """Stage ids in lifecycle order, last those whom no rule claims."""
        return [*self.framework.stage_ids, c.UNASSIGNED]

    @property
    def places(self) -> NDArray[np.int8]:
        """The cells of ``stages`` as places: 0, 1, … along the path; −1, −2, … off it, the deeper the lower."""
        kinds = [*(stage.kind for stage in self.framework.stages), "off_path"]
        n_path = np.cumsum([kind == "path" for kind in kinds])
        n_off = np.cumsum([kind == "off_path" for kind in kinds])
        place = np.where([kind == "path" for kind in kinds], n_path - 1, -n_off)
        return np.where(self.stages == NOT_YET, NOT_YET, place[self.stages]).astype(np.int8)


def count_paths(ledger: Ledger, framework: Framework) -> StagePaths:
    """Every path through the stages of a framework that somebody took.

    A path may stand in more than one row; only sums over rows have a meaning.
    """
    n_periods, bits = len(ledger.snapshots), (len(framework.rules) + 1).bit_length()
    per_word = WORD_BITS // bits
    words = [f"word_{number}" for number in range(-(-n_periods // per_word))]
    packed = [_packed(number, per_word, bits).alias(name) for number, name in enumerate(words)]
    by_customer = _changes(ledger, framework).with_columns(*packed).group_by(c.CUSTOMER_NO)
    # engines widen sums differently
    summed = by_customer.agg(*[nw.col(name).sum() for name in words]).with_columns(nw.col(*words).cast(nw.Int64))
    table = collect(summed.group_by(*words).agg(nw.len().alias(c.N_CUSTOMERS))).sort_values(words)
    rules = np.hstack([_unpacked(table[name].to_numpy(np.int64), per_word, bits) for name in words])[:, :n_periods]
    place = {id_: index for index, id_ in enumerate([*framework.stage_ids, c.UNASSIGNED])}
    stage_of_code = np.array([NOT_YET, *(place[stage] for stage in framework.stage_of_rule)], np.int8)
    n_customers = table[c.N_CUSTOMERS].to_numpy(np.int64)
    return StagePaths(stage_of_code[_carried_on(rules)], n_customers, ledger, framework)


def _changes(ledger: Ledger, framework: Framework) -> Frame:
    """The customer-months that another rule decides than the month before, or that first know a customer."""
    now, before = framework.rule_number(), framework.rule_number(BEFORE)
    changed = ledger.read_by(framework).filter(~nw.col(WAS_KNOWN) | (now != before))
    return changed.select(c.CUSTOMER_NO, c.PERIOD, now.alias(c.RULE_NO))


def _packed(number: int, per_word: int, bits: int) -> nw.Expr:
    """The rule as a digit of its period in the word of this number; powers of two are exact in every engine."""
    first, last = number * per_word, (number + 1) * per_word - 1
    digit = (2.0 ** ((nw.col(c.PERIOD).clip(first, last) - first) * bits)).cast(nw.Int64)
    code = (nw.col(c.RULE_NO) + 1).cast(nw.Int64)
    is_here = nw.col(c.PERIOD).is_between(first, last)
    return nw.when(is_here).then(code * digit).otherwise(nw.lit(0, nw.Int64))


def _unpacked(word: Ints, per_word: int, bits: int) -> Ints:
    return (word[:, None] >> (bits * np.arange(per_word, dtype=np.int64))) & ((1 << bits) - 1)


def _carried_on(changes: Ints) -> Ints:
    """Each change repeated up to the next one; 0 stands for no change."""
    latest = np.maximum.accumulate(np.where(changes > 0, np.arange(changes.shape[1]), 0), axis=1)
    return np.take_along_axis(changes, latest, axis=1)
