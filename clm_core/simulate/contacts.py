"""Every contact and action around the orders, as one table of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.simulate.baskets import Lines, Placed
from clm_core.simulate.ledgers import customer_ids, moments, words
from clm_core.simulate.people import People
from clm_core.simulate.process import NEVER, Lives
from clm_core.simulate.settings import DAY_MINUTES, Calendar, Floats, Ints, ShopSettings
from clm_core.tables import EVENT_KINDS, EVENTS

ANONYMOUS = -1
EVENT_CHANNELS = ("email", "web", "push", "phone", "shop", "facebook", "instagram")


@dataclass(frozen=True)
class Batch:
    """Events of one kind: who (or ANONYMOUS), when in minutes from the start of the first day, where, and how much."""

    kind: str
    person: Ints
    minute: Ints
    channel: Ints
    value: Floats


@dataclass(frozen=True)
class Scene:
    """What the makers of events look at."""

    settings: ShopSettings
    calendar: Calendar
    people: People
    lives: Lives
    placed: Placed
    lines: Lines

    @property
    def end_minute(self) -> int:
        """The first minute after the window."""
        return self.settings.n_days * DAY_MINUTES

    @property
    def gone_day(self) -> Ints:
        """Day each person left, or the first day after the window."""
        return np.where(self.lives.left_day == NEVER, self.settings.n_days, self.lives.left_day)

    @property
    def order_minute(self) -> Ints:
        """When each order was placed."""
        return self.placed.day * DAY_MINUTES + self.placed.minute

    @property
    def created_minute(self) -> Ints:
        """When each person became known."""
        return self.people.created_day * DAY_MINUTES + self.people.created_minute

    @property
    def order_value(self) -> Floats:
        """What was asked for each order."""
        pence = np.bincount(self.lines.order, weights=self.lines.total, minlength=len(self.placed.day))
        return np.asarray(pence / 100, dtype=np.float64)


def batch(kind: str, channel: str | Ints, person: Ints, minute: Ints, value: Floats | float = np.nan) -> Batch:
    """A batch with one channel, or one a row, and with one value, or one a row."""
    n = len(person)
    where = np.full(n, EVENT_CHANNELS.index(channel)) if isinstance(channel, str) else channel
    return Batch(kind, person, minute, where, np.broadcast_to(np.asarray(value, dtype=np.float64), n))


def build_events(scene: Scene, batches: list[Batch]) -> pa.Table:
    """One table of all batches in order of time; nothing in it lies beyond the end of the window."""
    kind = np.concatenate([np.full(len(one.person), EVENT_KINDS.index(one.kind)) for one in batches])
    person = np.concatenate([one.person for one in batches])
    minute = np.concatenate([one.minute for one in batches])
    channel = np.concatenate([one.channel for one in batches])
    value = np.concatenate([one.value for one in batches])
    rows = np.lexsort((value, channel, person, kind, minute))
    rows = rows[(minute[rows] >= 0) & (minute[rows] < scene.end_minute)]
    day = scene.calendar.first_day + minute[rows] // DAY_MINUTES
    table = pa.table(
        {
            c.CUSTOMER_ID: customer_ids(person[rows]),
            c.OCCURRED_AT: moments(scene.calendar, minute[rows]),
            c.DAY: pa.array(day.astype(np.int32)),
            c.KIND: words(EVENT_KINDS, kind[rows]),
            c.CHANNEL: words(EVENT_CHANNELS, channel[rows]),
            c.VALUE: pa.array(value[rows], mask=np.isnan(value[rows])),
        }
    )
    return EVENTS.check(table)
