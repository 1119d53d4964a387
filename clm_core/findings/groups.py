"""How groups of people differ in the stages they are in."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.frameworks import Framework
from clm_core.models.evaluate import wilson_interval
from clm_core.wording import SMALL_GROUP, count, interval


def how_groups_differ(table: pd.DataFrame, framework: Framework, label: str) -> Finding:
    """The group that has lost the largest share to off the path beside the one that has lost least; small groups are no guide.

    ``table`` as made by :func:`clm_core.breakdown.stages_by`; ``label`` says what people are told apart by.
    """
    off = [stage.id for stage in framework.stages if stage.kind == "off_path"]
    rows = table.assign(n_off=table[c.N_CUSTOMERS].where(table[c.STAGE].isin(off), 0))
    sizes = rows.groupby("group", sort=False)[[c.N_CUSTOMERS, "n_off"]].sum()
    judged = sizes[sizes[c.N_CUSTOMERS] >= SMALL_GROUP]
    if len(judged) < 2:
        says = f"There are not two groups of {SMALL_GROUP} people or more by {label}."
        return Finding(f"Too few to compare by {label}", says, "Choose something else to tell people apart by.")
    share = judged["n_off"] / judged[c.N_CUSTOMERS]
    most, least = str(share.idxmax()), str(share.idxmin())
    people, gone = judged[c.N_CUSTOMERS].to_dict(), judged["n_off"].to_dict()
    low, high = (float(bound[0]) for bound in wilson_interval([gone[most]], [people[most]], 0.95))
    if share[most] == share[least]:
        says = f"By {label}, every group has the same share off the path: {share[most] * 100:.0f} %."
        return Finding(f"No difference by {label}", says, "Choose something else to tell people apart by.")
    title = f"{most}: most off the path"
    says = (
        f"By {label}, {most} has the largest share off the path: {interval(float(share[most]), low, high)} of {people[most]:,}; "
        f"{least} the smallest: {share[least] * 100:.0f} % of {people[least]:,}."
    )
    small = len(sizes) - len(judged)
    if small:
        says += f" {count(small, 'group has', 'groups have')} fewer than {SMALL_GROUP} people."
    return Finding(title, says, f"Click a cell of {most} to see who they are.")
