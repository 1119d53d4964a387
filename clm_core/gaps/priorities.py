"""Which gap to close first: what the room says of a gap, times what the data says of the stage it lies in.

Impact = gap × people in the stage × value of reaching the next stage × shortfall in conversion to it. Each factor is divided by
its largest before they are multiplied, so the order does not depend on the currency, and a factor can be switched off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.gaps.model import Catalogue, Vocabulary
from clm_core.gaps.scores import ACTIVITY
from clm_core.progress import StagePaths, conversion
from clm_core.wording import SMALL_GROUP

FACTORS = {
    "gap": "Gap: (aim − now) ÷ 5",
    "customers": "People in the stage today",
    "value": "Value of reaching the next stage, a head",
    "shortfall": "Shortfall in conversion to it",
}
"""Each factor and what it is."""
RECENT = 12
"""Period ends that recent conversion is pooled over."""
EASY = 2
"""Effort up to which a gap can be a quick win."""
FIRST_PURCHASE_STEP = 3
"""From this colour step on the people of a stage have bought."""


def stage_facts(paths: StagePaths, stages: pd.DataFrame, horizon: int = 3) -> pd.DataFrame:
    """What the data says of each stage, in lifecycle order.

    ``stages`` comes from :func:`clm_core.stages.count_stages`. Columns: `stage`, `next_stage` (empty for the last of the path,
    whose people can only be kept, and off the path, from where people come back to any stage), `n_customers`, `n_judged`,
    `conversion` (share seen further along within ``horizon`` periods, over the last twelve judged period ends; for the last stage
    the share that stayed), `best` (the highest share of these period ends with 30 people or more: what this shop has shown to be
    possible), `shortfall` (best − conversion), `value` (expected spend a head, or spend so far where nothing is expected),
    `next_value`, `value_step` (next − own, at least 0). Unknown figures are missing.
    """
    framework = paths.framework
    per_period = pd.concat([conversion(paths, (horizon,)), _kept(paths, horizon)], ignore_index=True)
    judged = per_period[per_period["is_complete"]]
    heads = _value_a_head(stages)
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    rows = []
    for stage in framework.stage_ids:
        own = judged[judged[c.STAGE] == stage]
        next_stage = path[path.index(stage) + 1] if stage in path[:-1] else ""
        value, next_value = heads.get(stage, np.nan), _next_value(framework, stage, next_stage, stages, heads)
        rows.append(
            {
                c.STAGE: stage,
                "next_stage": next_stage,
                c.N_CUSTOMERS: int(stages.set_index(c.STAGE)[c.N_CUSTOMERS].get(stage, 0)),
                **_recent_and_best(own),
                "value": value,
                "next_value": next_value,
                # for the last stage the next one is where those go who are not kept
                "value_step": max(value - next_value if stage == path[-1] else next_value - value, 0.0)
                if value == value and next_value == next_value
                else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _recent_and_best(own: pd.DataFrame) -> dict[str, float]:
    latest = own.tail(RECENT)
    n, forward = float(latest[c.N_CUSTOMERS].sum()), float(latest["n_forward"].sum())
    large = latest[latest[c.N_CUSTOMERS] >= SMALL_GROUP]
    recent = forward / n if n else np.nan
    best = float(large[c.SHARE].max()) if len(large) else np.nan
    return {
        "n_judged": n,
        "conversion": recent,
        "best": best,
        "shortfall": max(best - recent, 0.0) if best == best else np.nan,
    }


def _kept(paths: StagePaths, horizon: int) -> pd.DataFrame:
    """Of those in the last stage of the path at a period end, who was seen nowhere else in the periods after."""
    places, n_people = paths.places, paths.n_customers
    path = [stage.id for stage in paths.framework.stages if stage.kind == "path"]
    top, rows = len(path) - 1, []
    for period, day in enumerate(paths.ledger.dates):
        if period + horizon >= paths.ledger.n_full:
            break
        here = places[:, period] == top
        stayed = here & (places[:, period + 1 : period + 1 + horizon].min(axis=1) == top)
        n, n_stayed = int(n_people[here].sum()), int(n_people[stayed].sum())
        rows.append((day, n, n_stayed, n_stayed / n if n else np.nan))
    table = pd.DataFrame(rows, columns=[c.AS_OF, c.N_CUSTOMERS, "n_forward", c.SHARE])
    return table.assign(stage=path[-1], is_complete=True)[table[c.N_CUSTOMERS] > 0]


def _value_a_head(stages: pd.DataFrame) -> dict[str, float]:
    for money in (c.EXPECTED_SPEND, c.SPEND_TOTAL):
        if money in stages and stages[money].notna().any():
            per_head = stages[money] / stages[c.N_CUSTOMERS].where(stages[c.N_CUSTOMERS] > 0)
            return dict(zip(stages[c.STAGE], per_head, strict=True))
    return {}


def _next_value(
    framework: Framework, stage: str, next_stage: str, stages: pd.DataFrame, heads: dict[str, float]
) -> float:
    """Value a head where the next step leads: the next stage, the buyers' stages together, or off the path for the last."""
    if next_stage:
        return heads.get(next_stage, np.nan)
    if framework.stage(stage).kind == "path":
        off = [one.id for one in framework.stages if one.kind == "off_path"]
        return heads.get(off[0], np.nan) if off else np.nan
    buyers = [one.id for one in framework.stages if one.kind == "path" and one.colour_step >= FIRST_PURCHASE_STEP]
    rows = stages[stages[c.STAGE].isin(buyers) & (stages[c.N_CUSTOMERS] > 0)]
    weights = rows[c.N_CUSTOMERS].to_numpy("float64")
    values = np.array([heads.get(id_, np.nan) for id_ in rows[c.STAGE]])
    return float(values @ weights / weights.sum()) if weights.sum() else np.nan


def prioritise(
    table: pd.DataFrame,
    catalogue: Catalogue,
    words: Vocabulary,
    framework: Framework,
    facts: pd.DataFrame,
    factors: Sequence[str] = tuple(FACTORS),
) -> pd.DataFrame:
    """Gaps in the order in which to close them.

    ``table`` comes from :func:`clm_core.gaps.gaps`, ``facts`` from :func:`stage_facts`. Adds `audience` (the stage whose people an
    activity moves on), each factor, `impact` (0 to 1; the product over those switched on), `at_stake` (money: all four factors
    multiplied as they are), `unknown` (factors that are not known for it: such a gap has no impact and stands last), `rank` and
    `is_quick_win` (effort of at most 2, a gap of at least 1, and an impact not below the middle). Activities without a gap are
    left out. A factor that is unknown throughout counts as switched off.
    """
    moments, kin = {one.id: words.moment(one.moment) for one in catalogue.activities}, words.kin(framework)
    rows = table[table["gap"] > 0].assign(audience=lambda t: [moments[id_].audience[kin] for id_ in t[ACTIVITY]])
    of_stage = facts.set_index(c.STAGE)
    values = pd.DataFrame(
        {
            "gap": rows["gap"] / 5,
            "customers": rows["audience"].map(of_stage[c.N_CUSTOMERS]).astype("float64"),
            "value": rows["audience"].map(of_stage["value_step"]),
            "shortfall": rows["audience"].map(of_stage["shortfall"]),
        },
        index=rows.index,
    )
    counted = [name for name in FACTORS if name in factors and values[name].notna().any()]
    relative = values[counted] / values[counted].max().replace(0, 1)
    # nine digits: a currency unit must not decide between equals by a rounding error
    impact = relative.prod(axis=1, skipna=False).map(lambda x: float(f"{x:.9g}"))
    is_unknown = values[counted].isna().to_numpy()
    unknown = [", ".join(name for name, missing in zip(counted, row, strict=True) if missing) for row in is_unknown]
    found = rows.assign(**{f"factor_{name}": values[name] for name in FACTORS}, impact=impact, unknown=unknown)
    found["at_stake"] = values.prod(axis=1, skipna=False)
    ordered = found.sort_values(
        ["impact", "gap"], ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    middle = ordered["impact"].median()
    is_quick = (
        (ordered["effort"] <= EASY) & (ordered["gap"] >= 1) & (ordered["impact"] >= middle) & (ordered["impact"] > 0)
    )
    return ordered.assign(rank=range(1, len(ordered) + 1), is_quick_win=is_quick)
