"""The simulated shop as a whole: its tables, and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.simulate.baskets import (
    CANCELLED,
    GUEST,
    KEPT_RATE,
    RETURNED,
    TAKEN_BACK,
    UNREADABLE,
    Lines,
    Placed,
    expected_values,
    fill_baskets,
    place_orders,
)
from clm_core.simulate.contacts import Scene, build_events
from clm_core.simulate.ledgers import (
    CURRENCY,
    build_order_lines,
    build_orders,
    customer_ids,
    moments,
    words,
    write_rows,
)
from clm_core.simulate.mail import make_mail_events
from clm_core.simulate.people import draw_people
from clm_core.simulate.personas import COUNTRIES, PERSONAS, SOURCES
from clm_core.simulate.process import NEVER, Lives, live, look_ahead
from clm_core.simulate.settings import DAY_MINUTES, Floats, Ints, ShopSettings, build_calendar
from clm_core.simulate.spending import build_spend
from clm_core.simulate.voice import make_voice_events
from clm_core.simulate.web import make_web_events
from clm_core.tables import CUSTOMERS, Tables

DEFAULT_SEED = 2026


@dataclass(frozen=True)
class SimulatedShop:
    """A shop's canonical tables, the raw file they come from, and the truth about each person.

    ``truth`` has one row a person: ``customer_id``, ``persona``, ``is_alive_at_end``, ``churned_day`` (null while the
    person is still there), ``order_rate_per_day`` (as a customer, in an average month), ``mean_order_value``, and over
    the horizon after the end ``churn_prob``, ``expected_orders`` and ``expected_spend``.
    """

    orders: pa.Table
    customers: pa.Table
    events: pa.Table
    spend: pa.Table
    order_lines: pa.Table
    truth: pa.Table


def simulate_shop(settings: ShopSettings | None = None, seed: int = DEFAULT_SEED) -> SimulatedShop:
    """Simulate a children's bicycle shop; the same settings and seed give the same bytes.

    Examples
    --------
    >>> shop = simulate_shop(ShopSettings(n_people=50), seed=1)
    >>> shop.truth.num_rows
    50
    """
    settings = settings or ShopSettings()
    calendar, people = build_calendar(settings), draw_people(settings, seed)
    lives = live(people, settings, seed, settings.n_days)
    placed = place_orders(people, lives, seed)
    lines = fill_baskets(people, placed, settings, seed)
    rows = write_rows(placed, lines, settings.n_days)
    scene = Scene(settings, calendar, people, lives, placed, lines)
    web_events, abandoned = make_web_events(scene, seed)
    batches = [*web_events, *make_mail_events(scene, seed, abandoned), *make_voice_events(scene, seed)]
    return SimulatedShop(
        orders=build_orders(people, placed, lines, rows, calendar),
        customers=_build_customers(scene),
        events=build_events(scene, batches),
        spend=build_spend(scene, seed),
        order_lines=build_order_lines(people, placed, lines, rows, calendar),
        truth=_build_truth(scene),
    )


def as_tables(shop: SimulatedShop) -> Tables:
    """What an analysis would know of the shop: everything but the truth."""
    return Tables(shop.orders, shop.customers, shop.events, shop.spend, currency=CURRENCY)


def simulate_horizon(settings: ShopSettings | None = None, seed: int = DEFAULT_SEED) -> pa.Table:
    """What happens in the horizon after the end of ``simulate_shop(settings, seed)``, one row a person in its truth.

    The same lives go on: ``n_orders`` counts purchases and ``spend`` is what they bring, net of what is returned of
    them later. Averaged over many people they agree with the expectations in ``truth``.
    """
    settings = settings or ShopSettings()
    people = draw_people(settings, seed)
    lives = live(people, settings, seed, settings.n_days + settings.horizon_days)
    later = lives.day >= settings.n_days
    lives = Lives(lives.person[later], lives.day[later], lives.is_farewell[later], lives.has_ordered, lives.left_day)
    placed = place_orders(people, lives, seed, part=1)
    lines = fill_baskets(people, placed, settings, seed, part=1)
    counts = (placed.person != GUEST) & ~np.isin(placed.fate, (CANCELLED, TAKEN_BACK, UNREADABLE))
    value = _net_values(placed, lines)
    n = len(people)
    return pa.table(
        {
            c.CUSTOMER_ID: customer_ids(np.arange(n)),
            c.N_ORDERS: np.bincount(placed.person[counts], minlength=n),
            "spend": np.bincount(placed.person[counts], weights=value[counts], minlength=n),
        }
    )


def _net_values(placed: Placed, lines: Lines) -> Floats:
    """What each order brings in the end: a returned one gives back its first line."""
    is_first = np.diff(lines.order, prepend=-1) > 0
    is_back = is_first & (placed.fate[lines.order] == RETURNED)
    pence = np.bincount(lines.order, weights=np.where(is_back, 0, lines.total), minlength=len(placed.day))
    return np.asarray(pence / 100, dtype=np.float64)


def _build_customers(scene: Scene) -> pa.Table:
    """Everyone known at the end, with what a marketer would have on record; the persona is not among it."""
    people, calendar = scene.people, scene.calendar
    table = pa.table(
        {
            c.CUSTOMER_ID: customer_ids(np.arange(len(people))),
            c.CREATED_AT: moments(calendar, people.created_day * DAY_MINUTES + people.created_minute),
            c.DAY: (calendar.first_day + people.created_day).astype(np.int32),
            "age": pa.array(np.nan_to_num(people.age).astype(np.int64), mask=np.isnan(people.age)),
            "n_children": people.n_children,
            c.COUNTRY: words(COUNTRIES, people.country),
            "town_distance_km": people.distance_km,
            "acquisition_channel": words(SOURCES, people.source),
            "is_newsletter": people.is_subscriber,
        }
    )
    return CUSTOMERS.check(table)


def _build_truth(scene: Scene) -> pa.Table:
    """The state of each person at the end, and what the process implies for the horizon after it."""
    people, lives, settings = scene.people, scene.lives, scene.settings
    values = expected_values(people, settings, range(settings.n_days, settings.n_days + settings.horizon_days))
    outlook = look_ahead(people, lives, settings, kept_rate=KEPT_RATE, order_values=values)
    left: Ints = scene.calendar.first_day + lives.left_day
    return pa.table(
        {
            c.CUSTOMER_ID: customer_ids(np.arange(len(people))),
            c.PERSONA: words(tuple(kind.name for kind in PERSONAS), people.persona),
            "is_alive_at_end": lives.left_day == NEVER,
            "churned_day": pa.array(left.astype(np.int32), mask=lives.left_day == NEVER),
            "order_rate_per_day": people.order_rate,
            "mean_order_value": np.mean(values, axis=0),
            c.CHURN_PROB: outlook.churn_prob,
            c.EXPECTED_ORDERS: outlook.expected_orders,
            c.EXPECTED_SPEND: outlook.expected_spend,
        }
    )
