"""What the shop sells, and what each thing costs on each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.people import People
from clm_core.simulate.personas import by_persona
from clm_core.simulate.settings import YEAR_DAYS, Calendar, Flags, Floats, Ints, ShopSettings, draw_from

CATEGORIES = ("Bikes", "Accessories", "Clothing", "Parts", "Service", "Outdoor toys")
SALE_PERCENT = (10, 20, 20, 15, 0, 20)
# children get a bicycle in spring, after the summer, and at Christmas
BIKE_SEASON = np.array([0.6, 0.7, 1.2, 1.5, 1.4, 1.0, 0.8, 0.9, 1.3, 0.9, 0.9, 1.2])
# the age in years from which a child needs the next size
SIZE_AGES = np.array([3.0, 4.0, 5.0, 6.5, 8.5])


@dataclass(frozen=True)
class Product:
    """A thing on sale: price in pence, weight among the things of its category."""

    name: str
    category: str
    price: int
    weight: float = 1.0


# bicycles stand in order of size: which one is bought follows from the age of the child
PRODUCTS = (
    Product("Balance bike", "Bikes", 7_900),
    Product("Kids bike 12 inch", "Bikes", 12_900),
    Product("Kids bike 14 inch", "Bikes", 15_900),
    Product("Kids bike 16 inch", "Bikes", 18_900),
    Product("Kids bike 20 inch", "Bikes", 24_900),
    Product("Kids bike 24 inch", "Bikes", 29_900),
    Product("Helmet", "Accessories", 2_999, 3.0),
    Product("Lock", "Accessories", 1_799, 2.0),
    Product("Lights set", "Accessories", 1_999, 2.0),
    Product("Bell", "Accessories", 699, 2.0),
    Product("Basket", "Accessories", 1_599, 1.0),
    Product("Child seat", "Accessories", 6_499, 0.6),
    Product("Gloves", "Clothing", 1_299, 2.0),
    Product("Rain jacket", "Clothing", 3_499, 1.5),
    Product("Jersey", "Clothing", 2_799, 1.5),
    Product("Knee pads", "Clothing", 1_499, 1.0),
    Product("Tyre", "Parts", 1_499, 2.0),
    Product("Inner tube", "Parts", 549, 3.0),
    Product("Brake pads", "Parts", 999, 2.0),
    Product("Chain", "Parts", 1_899, 1.0),
    Product("Pedals", "Parts", 2_299, 1.0),
    Product("Wheel", "Parts", 4_999, 0.5),
    Product("Safety check", "Service", 2_500, 2.0),
    Product("Full service", "Service", 5_500, 1.0),
    Product("Scooter", "Outdoor toys", 5_999, 1.5),
    Product("Roller skates", "Outdoor toys", 4_499, 1.0),
    Product("Skateboard", "Outdoor toys", 3_999, 1.0),
    Product("Kite", "Outdoor toys", 1_499, 1.0),
    Product("Ball set", "Outdoor toys", 1_199, 1.0),
)
CATEGORY_OF = np.array([CATEGORIES.index(product.category) for product in PRODUCTS])


def price_table(settings: ShopSettings, calendar: Calendar) -> Ints:
    """Product × day, in pence: list prices with the rise on bicycles and the sale weeks worked in."""
    base = np.array([product.price for product in PRODUCTS], dtype=np.int64)
    is_bike = CATEGORY_OF == 0
    raised = np.where(is_bike, _to_ten_pence(base * (100 + settings.price_rise_percent)), base)
    listed = np.where(calendar.is_raised, raised[:, None], base[:, None])
    reduced = _to_ten_pence(listed * (100 - np.array(SALE_PERCENT)[CATEGORY_OF])[:, None])
    return np.where(calendar.is_sale & (np.array(SALE_PERCENT)[CATEGORY_OF] > 0)[:, None], reduced, listed)


def _to_ten_pence(hundredfold: Ints) -> Ints:
    return np.asarray((hundredfold + 500) // 1000 * 10, dtype=np.int64)


def bike_size(people: People, person: Ints, day: Ints | int) -> Ints:
    """Which bicycle fits the child of each person on that day, as a position in PRODUCTS."""
    years = (day - people.child_born_day[person]) / YEAR_DAYS
    return np.searchsorted(SIZE_AGES, years, side="right").astype(np.int64)


def first_line_mix(month: int) -> Floats:
    """Persona × category: what the first line of an order holds in that month."""
    mix = by_persona("mix")
    bikes = np.minimum(mix[:, 0] * BIKE_SEASON[month], 1.0)
    others = mix[:, 1:] * ((1 - bikes) / mix[:, 1:].sum(axis=1))[:, None]
    return np.column_stack([bikes, others])


def further_line_mix() -> Floats:
    """Persona × category: what further lines hold; nobody adds a second bicycle, they add to the bicycle."""
    mix = by_persona("mix").copy()
    mix[:, 1] += mix[:, 0]
    mix[:, 0] = 0.0
    return mix


def draw_products(category: Ints, fitting_bike: Ints, uniform: Floats) -> Ints:
    """A product of each line's category, as a position in PRODUCTS."""
    drawn = fitting_bike.copy()
    for number in range(1, len(CATEGORIES)):
        mine: Flags = category == number
        members = np.flatnonzero(number == CATEGORY_OF)
        drawn[mine] = members[draw_from([PRODUCTS[member].weight for member in members], uniform[mine])]
    return drawn


def mean_prices(prices_today: Ints) -> Floats:
    """The expected price in pence of a product of each category but Bikes, whose place holds 0."""
    weights = np.array([product.weight for product in PRODUCTS])
    means = [np.average(prices_today[k == CATEGORY_OF], weights=weights[k == CATEGORY_OF]) for k in range(1, 6)]
    return np.array([0.0, *means])
