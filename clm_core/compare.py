"""Two rule sets, or two frameworks, on the same people: who sits where under each, and who sits differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame
from clm_core.frameworks import Framework

STAGE_A, STAGE_B, DIFFERS = "stage_a", "stage_b", "differs"


@dataclass(frozen=True)
class Comparison:
    """Stages under A (rows) and B (columns) of the same customers.

    ``cells``: `stage_a`, `stage_b`, `n_customers`, `share_of_a` (of everyone in `stage_a`), `value` (net spend so far;
    missing without amounts), `differs`. Only cells with someone in them, in lifecycle order.
    """

    cells: pd.DataFrame
    is_by_name: bool

    @property
    def n_customers(self) -> int:
        """Everyone compared."""
        return int(self.cells[c.N_CUSTOMERS].sum())

    @property
    def n_differ(self) -> int:
        """How many sit differently."""
        return int(self.cells.loc[self.cells[DIFFERS], c.N_CUSTOMERS].sum())

    @property
    def value_differs(self) -> float:
        """Their net spend so far; not a number without amounts."""
        return float(self.cells.loc[self.cells[DIFFERS], c.VALUE].sum(min_count=1 if self.n_differ else 0))

    @property
    def measure(self) -> str:
        """What "differently" means here, in words."""
        if self.is_by_name:
            return "People sit differently when the two rule sets put them into stages of another name."
        return "People sit differently when their two stages mean another step of the lifecycle, as told by the colour."


def compare_stages(frame: Frame, a: Framework, b: Framework) -> Comparison:
    """Count the customers of a frame by their stages under two frameworks, in the engine.

    Stages of the same ids are compared by name. Other frameworks are compared by the step of the lifecycle that each of
    their stages stands for (``colour_step``, which means the same in all of them).
    """
    numbered = _numbered(frame, a, b).select("rule_a", "rule_b", c.VALUE)
    # an engine's sum of nothing known is 0
    sums = [nw.len().alias(c.N_CUSTOMERS), nw.col(c.VALUE).sum(), nw.col(c.VALUE).count().alias("n_valued")]
    counted = numbered.group_by("rule_a", "rule_b").agg(*sums)
    rules = collect(counted)
    rows = pd.DataFrame(
        {
            STAGE_A: rules["rule_a"].astype(int).map(dict(enumerate(a.stage_of_rule))),
            STAGE_B: rules["rule_b"].astype(int).map(dict(enumerate(b.stage_of_rule))),
            c.N_CUSTOMERS: rules[c.N_CUSTOMERS].astype("int64"),
            c.VALUE: rules[c.VALUE].astype("Float64").astype("float64").where(rules["n_valued"] > 0),
        }
    )
    grouped = rows.groupby([STAGE_A, STAGE_B])
    cells = grouped[[c.N_CUSTOMERS]].sum().assign(value=grouped[c.VALUE].sum(min_count=1).round(6)).reset_index()
    cells["share_of_a"] = cells[c.N_CUSTOMERS] / cells.groupby(STAGE_A)[c.N_CUSTOMERS].transform("sum")
    meaning_a, meaning_b, is_by_name = _meanings(a, b)
    cells[DIFFERS] = cells[STAGE_A].map(meaning_a) != cells[STAGE_B].map(meaning_b)
    order = [[*a.stage_ids, c.UNASSIGNED].index(stage) for stage in cells[STAGE_A]]
    then = [[*b.stage_ids, c.UNASSIGNED].index(stage) for stage in cells[STAGE_B]]
    placed = cells.assign(order=order, then=then).sort_values(["order", "then"], ignore_index=True)
    return Comparison(placed[[STAGE_A, STAGE_B, c.N_CUSTOMERS, "share_of_a", c.VALUE, DIFFERS]], is_by_name)


def who_differs(frame: Frame, a: Framework, b: Framework) -> pd.DataFrame:
    """Everyone who sits differently, by value, highest first: `customer_id`, `stage_a`, `stage_b`, `value`."""
    meaning_a, meaning_b, _ = _meanings(a, b)
    differs = nw.lit(False)
    for number_a, stage_a in enumerate(a.stage_of_rule):
        same = [i for i, stage_b in enumerate(b.stage_of_rule) if meaning_b[stage_b] == meaning_a[stage_a]]
        here = nw.col("rule_a") == number_a
        differs = differs | (here & ~nw.col("rule_b").is_in(same) if same else here)
    return _listed(_numbered(frame, a, b).filter(differs), a, b)


def who_sits_in(frame: Frame, a: Framework, b: Framework, stage_a: str, stage_b: str) -> pd.DataFrame:
    """Everyone in one cell of the comparison, whether it differs or not; the columns of :func:`who_differs`."""
    in_a, in_b = (
        [number for number, stage in enumerate(framework.stage_of_rule) if stage == asked]
        for framework, asked in ((a, stage_a), (b, stage_b))
    )
    here = nw.col("rule_a").is_in(in_a) & nw.col("rule_b").is_in(in_b)
    return _listed(_numbered(frame, a, b).filter(here), a, b)


def in_every(frame: Frame, customer_id: str, frameworks: Sequence[Framework]) -> pd.DataFrame:
    """The stage of one customer under each framework: `framework`, `stage`, `stage_rule`; no row when nobody has that id."""
    rules = [framework.rule_number().alias(f"rule {number}") for number, framework in enumerate(frameworks)]
    found = collect(frame.filter(nw.col(c.CUSTOMER_ID) == customer_id).select(*rules))
    rows = [
        (framework.id, framework.stage_of_rule[int(number)], framework.id_of_rule[int(number)])
        for framework, number in zip(frameworks, found.to_numpy().reshape(-1), strict=len(found) == 1)
    ]
    return pd.DataFrame(rows, columns=["framework", c.STAGE, c.STAGE_RULE])


def _listed(numbered: Frame, a: Framework, b: Framework) -> pd.DataFrame:
    listed = collect(numbered)
    table = pd.DataFrame(
        {
            c.CUSTOMER_ID: listed[c.CUSTOMER_ID],
            STAGE_A: listed["rule_a"].astype(int).map(dict(enumerate(a.stage_of_rule))),
            STAGE_B: listed["rule_b"].astype(int).map(dict(enumerate(b.stage_of_rule))),
            c.VALUE: listed[c.VALUE].astype("Float64").astype("float64"),
        }
    )
    return table.sort_values([c.VALUE, c.CUSTOMER_ID], ascending=[False, True], ignore_index=True)


def _numbered(frame: Frame, a: Framework, b: Framework) -> Frame:
    return frame.select(
        c.CUSTOMER_ID,
        a.rule_number().alias("rule_a"),
        b.rule_number().alias("rule_b"),
        nw.col(c.SPEND_TOTAL).alias(c.VALUE),
    )


def _meanings(a: Framework, b: Framework) -> tuple[dict[str, str], dict[str, str], bool]:
    """What each stage counts as when the two are compared, and whether that is its name."""
    is_by_name = set(a.stage_ids) == set(b.stage_ids)
    told = [
        {stage.id: stage.id if is_by_name else f"step {stage.colour_step}" for stage in framework.stages}
        | {c.UNASSIGNED: c.UNASSIGNED}
        for framework in (a, b)
    ]
    return told[0], told[1], is_by_name
