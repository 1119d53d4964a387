"""The settings of a simulated shop, its days, and its independent streams of chance.

Each part of the simulation draws from a stream of its own, and the daily process from one stream a day. So a longer run
repeats a shorter one exactly and then goes on, which is what lets the known truth be checked against what happens next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from clm_core.errors import InputError
from clm_core.tables import to_day

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

YEAR_DAYS = 365.25
DAY_MINUTES = 1440
STREAMS = ("people", "daily", "orders", "lines", "guests", "mail", "web", "voice", "spend", "subscribers")
# a Saturday sells most; the mean over the week is 1
WEEKDAY_FACTOR = np.array([0.95, 0.90, 0.90, 0.95, 1.05, 1.25, 1.00])


@dataclass(frozen=True)
class ShopSettings:
    """How large the shop is, which days are simulated, and when its prices change."""

    n_people: int = 4_900
    first_day: date = date(2024, 11, 1)
    n_months: int = 24
    price_rise_on: date = date(2025, 9, 1)
    price_rise_percent: int = 8
    price_shock_days: int = 90
    horizon_days: int = 90

    def __post_init__(self) -> None:
        if min(self.n_people, self.n_months, self.horizon_days) < 1:
            raise InputError(
                "A simulated shop needs people, months and a horizon.",
                where="ShopSettings",
                found=f"n_people={self.n_people}, n_months={self.n_months}, horizon_days={self.horizon_days}",
                allowed="whole numbers of 1 or more",
                next_step="Raise the setting that is below 1.",
            )
        if self.first_day.day != 1:
            raise InputError(
                "A simulated shop opens on the first day of a month.",
                where="ShopSettings, first_day",
                found=self.first_day.isoformat(),
                allowed="the first of any month, because spend is counted by month",
                next_step=f"Use {self.first_day.replace(day=1).isoformat()}.",
            )

    @property
    def n_days(self) -> int:
        """Days in the window."""
        months = self.first_day.year * 12 + self.first_day.month - 1 + self.n_months
        return to_day(date(months // 12, months % 12 + 1, 1)) - to_day(self.first_day)


@dataclass(frozen=True)
class Calendar:
    """What is special about each day, counted from the first; all arrays have one entry a day."""

    first_day: int
    month: Ints
    month_no: Ints
    weekday_factor: Floats
    is_sale: Flags
    is_raised: Flags
    is_shock: Flags


def build_calendar(settings: ShopSettings) -> Calendar:
    """The days of the window and of the horizon after it."""
    first = to_day(settings.first_day)
    offsets = np.arange(settings.n_days + settings.horizon_days, dtype=np.int64)
    days = (first + offsets).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    day_of_month = (days - months).astype(np.int64) + 1
    since_rise = first + offsets - to_day(settings.price_rise_on)
    return Calendar(
        first_day=first,
        month=month,
        month_no=months.astype(np.int64) - months[0].astype(np.int64),
        # 1970-01-01 was a Thursday
        weekday_factor=WEEKDAY_FACTOR[(first + offsets + 3) % 7],
        is_sale=((month == 10) & (day_of_month >= 20)) | ((month == 11) & (day_of_month == 1)),
        is_raised=since_rise >= 0,
        is_shock=(since_rise >= 0) & (since_rise < settings.price_shock_days),
    )


def stream(seed: int, name: str, part: int = 0) -> np.random.Generator:
    """The stream of chance of one part of the simulation."""
    return np.random.default_rng([seed, STREAMS.index(name), part])


def draw_from(shares: npt.ArrayLike, uniform: Floats) -> Ints:
    """Turn uniform numbers into positions drawn with the given shares."""
    steps = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.minimum(np.searchsorted(steps / steps[-1], uniform, side="right"), len(steps) - 1).astype(np.int64)


def draw_by_persona(shares: Floats, persona: Ints, uniform: Floats) -> Ints:
    """As :func:`draw_from`, with one row of shares a persona."""
    drawn = np.zeros(len(persona), dtype=np.int64)
    for number, row in enumerate(shares):
        mine = persona == number
        drawn[mine] = draw_from(row, uniform[mine])
    return drawn
