"""What is in each order, what it costs, and what becomes of it: cancelled, taken back, given away or partly returned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.people import People
from clm_core.simulate.personas import CHANNELS, ONE_OFF, PERSONAS, by_persona
from clm_core.simulate.process import Lives
from clm_core.simulate.products import (
    BIKE_SEASON,
    bike_size,
    draw_products,
    first_line_mix,
    further_line_mix,
    mean_prices,
    price_table,
)
from clm_core.simulate.settings import (
    Flags,
    Floats,
    Ints,
    ShopSettings,
    build_calendar,
    draw_by_persona,
    draw_from,
    stream,
)

GUEST = -1
GUEST_SHARE = 0.035
FATES = ("plain", "cancelled", "taken_back", "unreadable", "free", "returned")
FATE_SHARES = (0.9362, 0.025, 0.008, 0.0008, 0.005, 0.025)
PLAIN, CANCELLED, TAKEN_BACK, UNREADABLE, FREE, RETURNED = range(len(FATES))
KEPT_RATE = FATE_SHARES[PLAIN] + FATE_SHARES[FREE] + FATE_SHARES[RETURNED]
"""Share of placed orders that count as purchases."""
RETURN_DAYS = (3, 24)
MAX_FURTHER_LINES = 3
WEB, SHOP, PHONE, MARKETPLACE = range(len(CHANNELS))


@dataclass(frozen=True)
class Placed:
    """Every order placed, guests included, in the order in which they were placed; one entry an order."""

    person: Ints
    persona: Ints
    day: Ints
    minute: Ints
    channel: Ints
    fate: Ints
    percent_off: Ints
    return_after_days: Ints
    is_farewell: Flags


@dataclass(frozen=True)
class Lines:
    """The things in the orders, one entry a line; money in pence."""

    order: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints
    discount: Ints

    @property
    def total(self) -> Ints:
        """What is paid for each line."""
        return self.quantity * self.unit_price - self.discount


def place_orders(people: People, lives: Lives, seed: int, part: int = 0) -> Placed:
    """Give each order its minute, channel, discount and fate, and add the guests who leave no name."""
    rng = stream(seed, "guests", part)
    n_guests = round(len(lives.day) * GUEST_SHARE)
    # guests come when everybody comes: on the days of orders drawn at random
    guest_days = lives.day[(rng.random(n_guests) * len(lives.day)).astype(np.int64)]
    person = np.concatenate([lives.person, np.full(n_guests, GUEST)])
    persona = np.append(people.persona, PERSONAS.index(ONE_OFF))[person]
    day = np.concatenate([lives.day, guest_days])
    is_farewell = np.concatenate([lives.is_farewell, np.zeros(n_guests, dtype=np.bool_)])

    rng, n = stream(seed, "orders", part), len(day)
    channel = draw_by_persona(by_persona("channels"), persona, rng.random(n))
    is_abroad = (person != GUEST) & (np.append(people.country, 0)[person] > 0)
    channel = np.where(is_abroad & (channel == SHOP), WEB, channel)
    minute = _draw_minutes(rng, channel)
    is_first = (person != GUEST) & people.is_direct[person] & (people.created_day[person] == day)
    # who comes ordering becomes known by that order
    minute = np.where(is_first, people.created_minute[person], minute)
    # twelve places hold one, two, three or four kinds of discount equally often
    options = np.array([(kind.discounts * 12)[:12] for kind in PERSONAS])
    has_discount = rng.random(n) < by_persona("discount_share")[persona]
    percent_off = np.where(has_discount, options[persona, (rng.random(n) * 12).astype(np.int64)], 0)
    fate = draw_from(FATE_SHARES, rng.random(n))
    low, high = RETURN_DAYS
    back = low + (rng.random(n) * (high - low + 1)).astype(np.int64)
    placed = Placed(
        person, persona, day, minute, channel, fate, np.where(fate == FREE, 100, percent_off), back, is_farewell
    )
    return _take(placed, np.lexsort((person, minute, day)))


def _draw_minutes(rng: np.random.Generator, channel: Ints) -> Ints:
    """Minutes after midnight: the shop and its phone from nine to six, the web from seven to eleven."""
    uniform = rng.random(len(channel))
    is_staffed = (channel == SHOP) | (channel == PHONE)
    return np.where(is_staffed, 9 * 60 + uniform * 9 * 60, 7 * 60 + uniform * 16 * 60).astype(np.int64)


def _take(placed: Placed, rows: Ints) -> Placed:
    return Placed(**{name: values[rows] for name, values in vars(placed).items()})


def fill_baskets(people: People, placed: Placed, settings: ShopSettings, seed: int, part: int = 0) -> Lines:
    """Draw the lines of each order; the order's discount falls on each of its lines."""
    rng, calendar = stream(seed, "lines", part), build_calendar(settings)
    n = len(placed.day)
    wants_more = rng.random((MAX_FURTHER_LINES, n)) < by_persona("more_lines")[placed.persona]
    n_lines = 1 + wants_more.sum(axis=0)
    order = np.repeat(np.arange(n, dtype=np.int64), n_lines)
    is_first = np.diff(order, prepend=-1) > 0
    persona, day = placed.persona[order], placed.day[order]
    category = _draw_categories(rng, persona, calendar.month[day], is_first)
    # a guest's child is nobody's on record: any size
    any_size = (rng.random(len(order)) * 6).astype(np.int64)
    person = placed.person[order]
    size = np.where(person == GUEST, any_size, bike_size(people, person, day))
    product = draw_products(category, size, rng.random(len(order)))
    several, most = by_persona("several")[persona], by_persona("max_quantity")[persona]
    quantity = 1 + (rng.random(len(order)) < several) * (rng.random(len(order)) * most).astype(np.int64)
    unit_price = price_table(settings, calendar)[product, day]
    discount = (quantity * unit_price * placed.percent_off[order] + 50) // 100
    return Lines(order, product, quantity, unit_price, discount)


def _draw_categories(rng: np.random.Generator, persona: Ints, month: Ints, is_first: Flags) -> Ints:
    """Further lines are drawn from one mix, first lines from that of their month."""
    uniform = rng.random(len(persona))
    category = draw_by_persona(further_line_mix(), persona, uniform)
    for number in range(len(BIKE_SEASON)):
        mine = is_first & (month == number)
        category[mine] = draw_by_persona(first_line_mix(number), persona[mine], uniform[mine])
    return category


def expected_values(people: People, settings: ShopSettings, days: range) -> list[Floats]:
    """The expected net value of a purchase of each person on each of the days, in the shop's currency.

    Net of what is returned of it, whenever the return comes.
    """
    calendar = build_calendar(settings)
    prices = price_table(settings, calendar)
    paid_share = np.array([1 - np.mean(kind.discounts) / 100 * kind.discount_share for kind in PERSONAS])
    pieces = 1 + by_persona("several") * (by_persona("max_quantity") - 1) / 2
    scale = paid_share * pieces / 100 * (1 - FATE_SHARES[FREE] / KEPT_RATE)
    # a free order has nothing to give back, a returned one gives back its first line
    kept_first = 1 - FATE_SHARES[RETURNED] / (KEPT_RATE - FATE_SHARES[FREE])
    everyone = np.arange(len(people))
    values = []
    for day in days:
        means, mix = mean_prices(prices[:, day]), first_line_mix(int(calendar.month[day]))
        further = MAX_FURTHER_LINES * by_persona("more_lines") * (further_line_mix() @ means)
        without_bike = scale * ((mix @ means) * kept_first + further)
        bike = (scale * kept_first * mix[:, 0])[people.persona] * prices[bike_size(people, everyone, day), day]
        values.append(np.asarray(without_bike[people.persona] + bike, dtype=np.float64))
    return values
