"""What a catalogue is: activities that could always be on, each with its place in every framework and the proof that it runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from clm_core.conditions import Condition
from clm_core.frameworks import Framework

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Sentence = Annotated[str, Field(max_length=300)]
Days = Annotated[int, Field(ge=0, le=730)]


class Frozen(BaseModel):
    """A value that is checked once and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Moment(Frozen):
    """A part of the lifecycle that all frameworks know. ``shelf`` is the stage an activity of it stands in, ``audience`` the
    stage in which the people are whom it should move on; both by framework."""

    id: Id
    name: Name
    meaning: str
    shelf: dict[str, str]
    audience: dict[str, str]


class Channel(Frozen):
    """Where an activity meets people."""

    id: Id
    name: Name


class Metric(Frozen):
    """A figure an activity should move, and how it is computed."""

    id: Id
    name: Name
    how: str


class Followed(Frozen):
    """Of the occasions of one sort, how many are followed by an event of the same person within so many days.

    Occasions are events of a kind, the ``order`` or ``first_order``, or a ``lapse``: the day on which a buyer has been silent for
    ``lapse_days``. Those with an event ``without`` within ``without_days`` do not count.
    """

    kind: Literal["followed"]
    after: str
    after_channel: str = ""
    lapse_days: Days = 0
    without: str = ""
    without_days: Days = 0
    look_for: str
    channel: str = ""
    days: tuple[Days, Days]
    full: float = Field(default=1.0, gt=0, le=1)


class Reached(Frozen):
    """Of the people in a group today, how many have an event of a kind in the last so many days."""

    kind: Literal["reached"]
    among: Condition
    look_for: str
    channel: str = ""
    least_value: float | None = None
    last_days: Days
    full: float = Field(default=1.0, gt=0, le=1)


class Marked(Frozen):
    """Of the events of a kind in the last so many days, how many carry a value of at least so much."""

    kind: Literal["marked"]
    of: str
    least_value: float
    last_days: Days
    full: float = Field(default=1.0, gt=0, le=1)


class Holds(Frozen):
    """Of the people in a group today, for how many something holds."""

    kind: Literal["holds"]
    among: Condition
    holds: Condition
    full: float = Field(default=1.0, gt=0, le=1)


class Regular(Frozen):
    """In how many of the last weeks there is an event of a kind, by anyone or no one in particular."""

    kind: Literal["regular"]
    of: str
    last_weeks: int = Field(ge=4, le=104)
    full: float = Field(default=1.0, gt=0, le=1)


EvidenceRule = Annotated[Followed | Reached | Marked | Holds | Regular, Field(discriminator="kind")]


class Activity(Frozen):
    """One thing that could always be on.

    ``when`` narrows the people it is for by a rule of the stage engine. ``evidence`` names a rule of the vocabulary. ``mistake``
    is the number of the classic mistake that it mends. ``effort`` runs from 1 (an afternoon) to 5 (a programme of its own).
    """

    id: Id
    name: Name
    moment: Id
    channel: Id
    what: Sentence = ""
    why: Sentence = ""
    trigger: Sentence = ""
    metric: Id = "conversion_next"
    effort: int = Field(default=3, ge=1, le=5)
    when: Condition | None = None
    evidence: str = ""
    mistake: int | None = Field(default=None, ge=1, le=8)
    is_often_missed: bool = False
    is_own: bool = False


class Vocabulary(Frozen):
    """What all catalogues share."""

    moments: tuple[Moment, ...]
    channels: tuple[Channel, ...]
    metrics: tuple[Metric, ...]
    evidence: dict[str, EvidenceRule]

    def kin(self, framework: Framework) -> str:
        """The id of the shipped framework among whose stages activities stand in this one: whatever its rules, limits and names, it has all
        of them. Empty where it is kin to none.
        """
        known = set(framework.stage_ids)
        able = [
            id_
            for id_ in self.moments[0].shelf
            if all({moment.shelf[id_], moment.audience[id_]} <= known for moment in self.moments)
        ]
        return framework.id if framework.id in able else next(iter(able), "")

    def moment(self, moment_id: str) -> Moment:
        """The moment with this id."""
        return next(moment for moment in self.moments if moment.id == moment_id)

    def channel_name(self, channel_id: str) -> str:
        """What a channel is called."""
        return next(channel.name for channel in self.channels if channel.id == channel_id)

    def metric(self, metric_id: str) -> Metric:
        """The metric with this id."""
        return next(metric for metric in self.metrics if metric.id == metric_id)


class Catalogue(Frozen):
    """A list of activities for one sort of business or channel."""

    id: Id
    name: Name
    idea: str
    activities: tuple[Activity, ...] = Field(min_length=1)

    @property
    def by_id(self) -> dict[str, Activity]:
        """Activities by their ids."""
        return {activity.id: activity for activity in self.activities}
