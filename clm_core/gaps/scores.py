"""From private scores to gaps, spread, and what to talk about first.

Votes are a long frame: `activity`, `participant`, `role`, `measure`, `value`, with the measures and limits of
:data:`clm_core.gaps.scale.MEASURES`. A result never names a participant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from clm_core.gaps.consensus import spread
from clm_core.gaps.model import Catalogue, Vocabulary
from clm_core.gaps.scale import MEASURES

ACTIVITY, PARTICIPANT, ROLE, MEASURE, VALUE = "activity", "participant", "role", "measure", "value"
LEAST_OF_A_ROLE = 3
"""Fewer answers than this are never shown as a group: they would show who said what."""
OTHER_ROLES = "Other roles"
SPREAD_COLUMNS = ["n", "median", "low_quartile", "high_quartile", "iqr", "consensus"]


START_AIM = 3
"""The aim until somebody sets another: always on."""


def starting_scores(catalogue: Catalogue, evidence: pd.DataFrame) -> pd.DataFrame:
    """Where a workshop begins: now as the data suggests it, the aim at always on, or at now where that is higher.

    ``evidence`` comes from :func:`clm_core.gaps.gather_evidence`. One row per `activity` and `measure` with a `value`; an activity
    of which the data shows nothing has an aim only.
    """
    suggested = evidence.set_index("evidence")["score"].dropna()
    rows: list[tuple[str, str, float]] = []
    for one in catalogue.activities:
        now = float(suggested[one.evidence]) if one.evidence in suggested.index else None
        rows += [] if now is None else [(one.id, "current", now)]
        rows.append((one.id, "target", max(START_AIM, now or 0.0)))
    return pd.DataFrame(rows, columns=[ACTIVITY, MEASURE, VALUE])


def worth_scoring(table: pd.DataFrame, catalogue: Catalogue, n: int) -> list[str]:
    """The ``n`` activities that a group should look at first, in the table's order: the widest known gaps, then those of which
    nothing is known, what is commonly missed before the rest and each stage in turn.

    ``table`` comes from :func:`gaps`.
    """
    is_rare = {one.id: not one.is_often_missed for one in catalogue.activities}
    rows = table.assign(is_rare=table[ACTIVITY].map(is_rare))
    rows = rows.assign(turn=rows.groupby(["stage", "is_rare"]).cumcount())
    # a gap of none is known and needs no talk, so it comes after what nobody knows
    rows = rows.assign(is_closed=rows["gap"] == 0)
    first = rows.sort_values(
        ["is_closed", "gap", "is_rare", "turn"], ascending=[True, False, True, True], kind="stable", na_position="last"
    )[ACTIVITY].head(n)
    return [str(id_) for id_ in table[ACTIVITY] if id_ in set(first)]


def spreads(votes: pd.DataFrame) -> pd.DataFrame:
    """One row per activity and measure that somebody scored: `n`, `median`, quartiles, `iqr`, `consensus`."""
    return _spreads(votes, [ACTIVITY, MEASURE])


def spreads_by_role(votes: pd.DataFrame) -> pd.DataFrame:
    """The same by role. Roles with fewer than three answers to a question are put together; less than three are left out.

    Where what is left out could be worked out from the rest, the smallest role goes in with it.
    """
    parts = []
    for _, part in votes.groupby([ACTIVITY, MEASURE], sort=False):
        shown = _shown_roles(Counter(part[ROLE]))
        parts.append(part.assign(role=pd.Series([shown[role] for role in part[ROLE]], part.index, dtype="object")))
    pooled = pd.concat(parts).dropna(subset=[ROLE]) if parts else votes
    return _spreads(pooled, [ACTIVITY, MEASURE, ROLE])


def _shown_roles(n_by_role: Mapping[str, int]) -> dict[str, str | None]:
    """Role → the name it is shown under, or None when it must stay hidden."""
    sizes = sorted(n_by_role.items(), key=lambda item: (item[1], item[0]))
    pool: list[str] = []
    n_pool = 0
    for role, n in sizes:
        if n >= LEAST_OF_A_ROLE and (not pool or n_pool >= LEAST_OF_A_ROLE):
            break
        pool.append(role)
        n_pool += n
    name = OTHER_ROLES if n_pool >= LEAST_OF_A_ROLE else None
    return {role: name if role in pool else role for role in n_by_role}


def _spreads(votes: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rows = []
    for key, part in votes.groupby(keys, sort=False):
        found = spread(part[VALUE].to_numpy(), *MEASURES[str(key[1])])
        rows.append([*key, found.n, found.median, found.low_quartile, found.high_quartile, found.iqr, found.consensus])
    return pd.DataFrame(rows, columns=[*keys, *SPREAD_COLUMNS])


def gaps(scores: pd.DataFrame, catalogue: Catalogue, words: Vocabulary, framework_id: str) -> pd.DataFrame:
    """One row per activity, in the catalogue's order: what is scored, and the gap.

    ``scores`` is a frame of `activity`, `measure`, `value`: medians, or what was agreed; ``framework_id`` is that of a shipped framework, see
    :meth:`Vocabulary.kin`. Columns: `activity`, `name`, `stage`,
    `channel`, `moment`, `current`, `target`, `importance`, `effort` (the catalogue's where nobody scored it), `gap` (target −
    current, at least 0; missing where either is).
    """
    wide = scores.pivot(index=ACTIVITY, columns=MEASURE, values=VALUE).reindex(columns=list(MEASURES))
    base = pd.DataFrame(
        {
            ACTIVITY: [one.id for one in catalogue.activities],
            "name": [one.name for one in catalogue.activities],
            "stage": [words.moment(one.moment).shelf[framework_id] for one in catalogue.activities],
            "moment": [one.moment for one in catalogue.activities],
            "channel": [one.channel for one in catalogue.activities],
        }
    )
    table = base.merge(wide.reset_index(), on=ACTIVITY, how="left")
    table[list(MEASURES)] = table[list(MEASURES)].astype("float64")
    table["effort"] = table["effort"].fillna(pd.Series([float(one.effort) for one in catalogue.activities]))
    return table.assign(gap=(table["target"] - table["current"]).clip(lower=0))


def medians(votes: pd.DataFrame) -> pd.DataFrame:
    """The middle of the votes as scores: `activity`, `measure`, `value`."""
    return spreads(votes)[[ACTIVITY, MEASURE, "median"]].rename(columns={"median": VALUE})


def agreed(votes: pd.DataFrame, finals: pd.DataFrame) -> pd.DataFrame:
    """Final scores where the room agreed on one, the middle of the votes elsewhere."""
    both = pd.concat([finals[[ACTIVITY, MEASURE, VALUE]], medians(votes)], ignore_index=True)
    return both.drop_duplicates([ACTIVITY, MEASURE], ignore_index=True)


def agenda(votes: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Talk about these first: a large gap on which the room does not agree.

    ``table`` comes from :func:`gaps`. Columns: `activity`, `name`, `gap`, `consensus` (the lower of now and aim), `n`, `weight` =
    gap ÷ 5 × (1 − consensus), `why`. Largest weight first, then the larger gap, then the catalogue's order.
    """
    found = spreads(votes)
    found = found[found[MEASURE].isin(["current", "target"])]
    least = found.groupby(ACTIVITY).agg(consensus=("consensus", "min"), n=("n", "max"))
    rows = table.merge(least, left_on=ACTIVITY, right_index=True).dropna(subset=["gap"])
    weight = rows["gap"] / MEASURES["target"][1] * (1 - rows["consensus"])
    ranges = votes.groupby([ACTIVITY, MEASURE])[VALUE].agg(["min", "max"])
    rows = rows.assign(weight=weight, why=[_why(row, ranges) for row in rows.to_dict("records")])
    ordered = rows.sort_values(["weight", "gap"], ascending=False, kind="stable", ignore_index=True)
    return ordered[[ACTIVITY, "name", "gap", "consensus", "n", "weight", "why"]]


def _why(row: Mapping[Hashable, Any], ranges: pd.DataFrame) -> str:
    low, high = (
        f"{ranges['min'].get((row[ACTIVITY], measure), float('nan')):g} to "
        f"{ranges['max'].get((row[ACTIVITY], measure), float('nan')):g}"
        for measure in ("current", "target")
    )
    return (
        f"Now {row['current']:g}, wanted {row['target']:g}; answers for now from {low}, for the aim from {high}; "
        f"agreement {row['consensus']:.2f}."
    )
