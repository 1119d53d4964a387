"""Chosen gaps become cards: who does what for whom from when, and how its effect will be told from chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import narwhals as nw
import pandas as pd
from pydantic import Field

from clm_core import columns as c
from clm_core.conditions import Condition, Feature, matches, sentence
from clm_core.engine import collect
from clm_core.errors import DefinitionError, did_you_mean
from clm_core.features import Frame
from clm_core.frameworks import Framework
from clm_core.gaps.model import Activity, Catalogue, Frozen, Id, Metric, Name, Vocabulary
from clm_core.gaps.power import HoldOut, hold_out
from clm_core.gaps.scores import ACTIVITY
from clm_core.wording import percent

LEAD_DAYS = {1: 1, 2: 7, 3: 30, 4: 90, 5: 180}
"""Days from the workshop to the start, by effort: what the scale of efforts means."""
MEASURE_DAYS = 90


class Card(Frozen):
    """One activity of the plan. ``trigger`` is a rule of the stage engine beside the stage itself."""

    activity: Id
    name: Name
    what: str = Field(default="", max_length=300)
    owner: str = Field(default="", max_length=60)
    stage: str
    channel: str
    trigger: Condition | None = None
    trigger_words: str = ""
    n_audience: int | None = None
    metric: Metric
    starts_on: date
    measure_days: int = Field(default=MEASURE_DAYS, ge=7, le=730)
    n_hold_out: int | None = None
    hold_out_note: str = ""
    current: float
    target: float
    effort: int = Field(ge=1, le=5)

    @property
    def measured_on(self) -> date:
        """The day on which the result is read."""
        return self.starts_on + timedelta(days=self.measure_days)


class Plan(Frozen):
    """What a workshop leaves with: cards in the order in which they start."""

    title: str = Field(min_length=1, max_length=80)
    framework: str
    as_of: date
    cards: tuple[Card, ...] = ()


def make_plan(
    chosen: Sequence[str],
    ranked: pd.DataFrame,
    catalogue: Catalogue,
    words: Vocabulary,
    framework: Framework,
    features: Mapping[str, Feature],
    facts: pd.DataFrame,
    sizes: Mapping[str, int],
    *,
    title: str,
    as_of: date,
    begins_on: date,
) -> Plan:
    """A card for each chosen activity of ``ranked`` (see :func:`clm_core.gaps.prioritise`).

    ``sizes`` is today's audience of each activity (see :func:`audience_sizes`). Each starts ``LEAD_DAYS`` of its effort after
    ``begins_on``; its hold-out is sized for the stage's own conversion and a relative uplift of 20 %.

    Raises
    ------
    DefinitionError
        When something chosen is not among the gaps.
    """
    rows = {row[ACTIVITY]: row for row in ranked.to_dict("records")}
    rates = facts.set_index(c.STAGE)["conversion"]
    cards = []
    for id_ in chosen:
        if id_ not in rows:
            raise DefinitionError(
                "Only a gap can become part of the plan." + did_you_mean(id_, [str(name) for name in rows]),
                where="plan",
                found=id_,
                allowed=", ".join(map(str, rows)) or "none: there is no gap yet",
                next_step="Score the activity, with an aim above where it stands.",
            )
        row, activity = rows[id_], catalogue.by_id[id_]
        base = float(rates.get(row["audience"], float("nan")))
        sized = hold_out(sizes[id_], base) if id_ in sizes else None
        cards.append(
            Card(
                activity=id_,
                name=row["name"],
                what=activity.what,
                stage=framework.stage(row["stage"]).name,
                channel=words.channel_name(activity.channel),
                trigger=activity.when,
                trigger_words=_trigger_words(activity, framework, row["audience"], features),
                n_audience=sizes.get(id_),
                metric=words.metric(activity.metric),
                starts_on=begins_on + timedelta(days=LEAD_DAYS[round(row["effort"])]),
                n_hold_out=sized.n if sized else None,
                hold_out_note=hold_out_note(sized) if sized else "",
                current=row["current"],
                target=row["target"],
                effort=round(row["effort"]),
            )
        )
    cards.sort(key=lambda card: card.starts_on)
    return Plan(title=title, framework=framework.name, as_of=as_of, cards=tuple(cards))


def _trigger_words(activity: Activity, framework: Framework, audience: str, features: Mapping[str, Feature]) -> str:
    who = f"in {framework.stage(audience).name}"
    if activity.when is not None:
        who += f", with {sentence(activity.when, framework.limit_values, features)}"
    return f"{activity.trigger}; {who}" if activity.trigger else who


def hold_out_note(sized: HoldOut) -> str:
    """What the hold-out can show, in words."""
    if sized.n is not None:
        return (
            f"Leave out {sized.n:,} of {sized.n_audience:,}: enough to show {percent(sized.base_rate)} rising by "
            f"{percent(sized.uplift, 0)} of itself."
        )
    if sized.detectable is not None:
        return (
            f"{sized.n_audience:,} people are too few to show {percent(sized.base_rate)} rising by {percent(sized.uplift, 0)} of "
            f"itself; half against half would show a rise of {percent(sized.detectable, 0)}."
        )
    return f"{sized.n_audience:,} people are too few to tell an effect from chance."


def audience_sizes(
    today: Frame, catalogue: Catalogue, words: Vocabulary, framework: Framework, chosen: Sequence[str]
) -> dict[str, int]:
    """How many people each activity is for today: those in its audience's stage for whom its rule holds. One scan."""
    place = {stage: number for number, stage in enumerate(framework.stage_ids)}
    rules, kin = dict(enumerate(framework.place_of_rule)), words.kin(framework)
    counts = []
    for id_ in chosen:
        activity = catalogue.by_id[id_]
        own = [rule for rule, at in rules.items() if at == place[words.moment(activity.moment).audience[kin]]]
        is_in = nw.col(c.RULE_NO).is_in(own)
        if activity.when is not None:
            is_in = is_in & matches(activity.when, framework.limit_values)
        counts.append(is_in.cast(nw.Int64).sum().alias(f"n_{id_}"))
    if not counts:
        return {}
    row = collect(today.with_columns(framework.rule_number().alias(c.RULE_NO)).select(*counts)).iloc[0]
    return {id_: int(row[f"n_{id_}"]) for id_ in chosen}
