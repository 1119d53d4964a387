"""The people of a simulated shop: when each becomes known, what is on record about them, how each behaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.personas import PERSONAS, by_persona, seasons
from clm_core.simulate.settings import (
    DAY_MINUTES,
    YEAR_DAYS,
    Calendar,
    Flags,
    Floats,
    Ints,
    ShopSettings,
    build_calendar,
    draw_by_persona,
    draw_from,
    stream,
)

# mails a month: share of subscribers, effect on orders, effect on leaving. Two a month serves best, four drives away.
MAILS_A_MONTH = (0.5, 1.0, 2.0, 4.0)
MAIL_SHARES = (0.49, 0.28, 0.14, 0.09)
MAIL_ORDERS = (0.95, 1.05, 1.25, 0.90)
MAIL_LEAVING = (1.0, 1.0, 0.9, 1.8)
NO_MAIL_ORDERS = 0.9

COUNTRY_SHARES = (0.83, 0.07, 0.06, 0.04)
AGE_BLANK_SHARE = 0.12


@dataclass(frozen=True)
class People:
    """One entry a person in every array, in the order in which they became known."""

    persona: Ints
    created_day: Ints
    created_minute: Ints
    is_direct: Flags
    source: Ints
    country: Ints
    distance_km: Floats
    age: Floats
    n_children: Ints
    child_born_day: Ints
    is_subscriber: Flags
    mails_a_month: Floats
    order_rate: Floats
    leave_rate: Floats
    season: Floats
    """Month × person: how busy the month is for this person."""

    def __len__(self) -> int:
        return len(self.persona)


def draw_people(settings: ShopSettings, seed: int) -> People:
    """Draw everyone who becomes known in the window."""
    rng, n = stream(seed, "people"), settings.n_people
    calendar = build_calendar(settings)
    persona, created_day = _draw_arrivals(rng, n, calendar, settings.n_days)
    is_subscriber = rng.random(n) < by_persona("newsletter")[persona]
    band = draw_from(MAIL_SHARES, rng.random(n))
    low, high = by_persona("child_age")[persona].T
    child_born_day = (created_day - (low + (high - low) * rng.random(n)) * YEAR_DAYS).astype(np.int64)
    country = draw_from(COUNTRY_SHARES, rng.random(n))
    nearness = rng.random(n)
    age = _draw_ages(rng, persona)
    return People(
        persona=persona,
        created_day=created_day,
        created_minute=(7 * 60 + rng.random(n) * (DAY_MINUTES - 9 * 60)).astype(np.int64),
        is_direct=rng.random(n) < by_persona("direct")[persona],
        source=draw_by_persona(by_persona("sources"), persona, rng.random(n)),
        country=country,
        distance_km=_draw_distances(country, nearness),
        age=np.where(rng.random(n) < AGE_BLANK_SHARE, np.nan, age),
        n_children=_draw_children(rng, persona),
        child_born_day=child_born_day,
        is_subscriber=is_subscriber,
        mails_a_month=np.where(is_subscriber, np.array(MAILS_A_MONTH)[band], 0.0),
        order_rate=_draw_order_rates(rng, persona)
        * np.where(is_subscriber, np.array(MAIL_ORDERS)[band], NO_MAIL_ORDERS),
        leave_rate=by_persona("leave_a_year")[persona]
        / YEAR_DAYS
        * np.where(is_subscriber, np.array(MAIL_LEAVING)[band], 1.0),
        season=_person_seasons(persona, _birthday_month(child_born_day, calendar)),
    )


def _draw_arrivals(rng: np.random.Generator, n: int, calendar: Calendar, n_days: int) -> tuple[Ints, Ints]:
    """Who comes on which day: people become known in their own season, a little more each month."""
    growth = np.linspace(0.85, 1.15, n_days)
    weights = by_persona("share")[:, None] * seasons()[:, calendar.month[:n_days]] ** 0.6 * growth
    weights *= (by_persona("share") / weights.sum(axis=1))[:, None]
    cell = np.sort(draw_from(weights.T.ravel(), rng.random(n)))
    return cell % len(PERSONAS), cell // len(PERSONAS)


def _draw_order_rates(rng: np.random.Generator, persona: Ints) -> Floats:
    """Orders a day in an average month: an Erlang spread around the persona's mean."""
    shape = by_persona("rate_shape")[persona]
    total = np.zeros(len(persona))
    for step in range(int(shape.max())):
        total -= np.where(step < shape, np.log1p(-rng.random(len(persona))), 0.0)
    return np.asarray(by_persona("orders_a_year")[persona] / YEAR_DAYS * total / shape, dtype=np.float64)


def _draw_ages(rng: np.random.Generator, persona: Ints) -> Floats:
    """Whole years around the persona's mean; the sum of four uniforms is close to a bell curve."""
    mean, spread = by_persona("age")[persona].T
    bell = (rng.random((4, len(persona))).sum(axis=0) - 2) * np.sqrt(3)
    years: Floats = np.clip(np.round(mean + spread * bell), 18, 90)
    return years


def _draw_children(rng: np.random.Generator, persona: Ints) -> Ints:
    uniform = rng.random(len(persona))
    drawn = np.zeros(len(persona), dtype=np.int64)
    for number, kind in enumerate(PERSONAS):
        mine, options = persona == number, np.array(kind.children)
        drawn[mine] = options[(uniform[mine] * len(options)).astype(np.int64)]
    return drawn


def _draw_distances(country: Ints, nearness: Floats) -> Floats:
    """Kilometres to the shop, to one decimal: most of its own country lives near, all others far away."""
    kilometres: Floats = np.where(country == 0, 0.05 - 14 * np.log1p(-nearness), 350 + 900 * nearness)
    return np.round(kilometres, 1)


def _birthday_month(child_born_day: Ints, calendar: Calendar) -> Ints:
    born = (calendar.first_day + child_born_day).astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray(born.astype(np.int64) % 12, dtype=np.int64)


def _person_seasons(persona: Ints, birthday_month: Ints) -> Floats:
    """Month × person: the persona's season, with a share of the year moved to the birthday month."""
    pull = by_persona("birthday_pull")[persona]
    months = np.arange(12)[:, None]
    return np.asarray((1 - pull) * seasons()[persona].T + pull * 12 * (months == birthday_month), dtype=np.float64)
