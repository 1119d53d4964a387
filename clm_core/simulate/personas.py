"""The six kinds of people who deal with the shop, and how each behaves.

Every rate is a plain number a marketer could be asked to guess; the simulation has no other source of behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.settings import Floats

CHANNELS = ("web", "shop", "phone", "marketplace")
SOURCES = (
    "paid_search",
    "paid_social",
    "display",
    "influencer",
    "seo_content",
    "direct_mail",
    "referral",
    "shop",
    "marketplace",
)
COUNTRIES = ("GB", "IE", "DE", "FR")


@dataclass(frozen=True)
class Persona:
    """One kind of person. Rates are a year, shares between 0 and 1, ages in years."""

    name: str
    share: float

    orders_a_year: float
    rate_shape: int
    """Erlang shape of the order rate between people of this kind: the higher, the more alike they are."""
    leave_a_year: float
    leave_after_order: float
    shock_leave: float
    """How many times likelier to leave in the months after a price rise."""
    raised_orders: float
    """Orders after the price rise, relative to before."""
    sale_pull: float

    direct: float
    """Share who order the day they become known; the others begin as leads."""
    convert_a_year: float
    lose_interest_a_year: float

    season: tuple[float, ...]
    birthday_pull: float
    """Share of the year's orders that belongs to the month of the child's birthday."""

    mix: tuple[float, ...]
    """Shares of Bikes, Accessories, Clothing, Parts, Service, Outdoor toys in the first line of an order."""
    more_lines: float
    several: float
    max_quantity: int
    discount_share: float
    discounts: tuple[int, ...]

    channels: tuple[float, ...]
    sources: tuple[float, ...]
    newsletter: float
    opens: float
    clicks: float
    reviews: float
    refers: float

    age: tuple[float, float]
    children: tuple[int, ...]
    child_age: tuple[float, float]


MOTHER = Persona(
    name="mother_of_two",
    share=0.31,
    orders_a_year=6.2,
    rate_shape=4,
    leave_a_year=0.28,
    leave_after_order=0.02,
    shock_leave=2.0,
    raised_orders=0.95,
    sale_pull=1.3,
    direct=0.48,
    convert_a_year=1.0,
    lose_interest_a_year=1.6,
    season=(0.5, 0.6, 1.3, 1.8, 1.5, 0.9, 0.6, 0.9, 1.5, 1.0, 0.8, 1.1),
    birthday_pull=0.12,
    mix=(0.24, 0.27, 0.20, 0.05, 0.08, 0.16),
    more_lines=0.28,
    several=0.15,
    max_quantity=2,
    discount_share=0.22,
    discounts=(10, 15),
    channels=(0.55, 0.34, 0.04, 0.07),
    sources=(0.20, 0.27, 0.03, 0.12, 0.20, 0.03, 0.08, 0.07, 0.0),
    newsletter=0.40,
    opens=0.38,
    clicks=0.30,
    reviews=0.06,
    refers=1.0,
    age=(35.0, 4.5),
    children=(1, 2, 2, 2, 2, 3),
    child_age=(2.0, 8.5),
)
GRANDPARENT = Persona(
    name="grandparent",
    share=0.15,
    orders_a_year=3.0,
    rate_shape=4,
    leave_a_year=0.22,
    leave_after_order=0.05,
    shock_leave=1.2,
    raised_orders=1.0,
    sale_pull=1.1,
    direct=0.60,
    convert_a_year=0.9,
    lose_interest_a_year=1.4,
    season=(0.15, 0.2, 0.4, 0.8, 0.7, 0.6, 0.4, 0.4, 0.4, 0.8, 3.3, 3.85),
    birthday_pull=0.35,
    mix=(0.26, 0.17, 0.12, 0.0, 0.02, 0.43),
    more_lines=0.12,
    several=0.10,
    max_quantity=3,
    discount_share=0.08,
    discounts=(10,),
    channels=(0.34, 0.42, 0.20, 0.04),
    sources=(0.18, 0.06, 0.05, 0.01, 0.14, 0.22, 0.09, 0.25, 0.0),
    newsletter=0.26,
    opens=0.46,
    clicks=0.16,
    reviews=0.03,
    refers=0.5,
    age=(67.0, 5.5),
    children=(0,),
    child_age=(1.0, 9.0),
)
FATHER = Persona(
    name="cycling_father",
    share=0.10,
    orders_a_year=13.6,
    rate_shape=3,
    leave_a_year=0.18,
    leave_after_order=0.008,
    shock_leave=1.0,
    raised_orders=1.0,
    sale_pull=1.2,
    direct=0.55,
    convert_a_year=1.4,
    lose_interest_a_year=1.2,
    season=(0.7, 0.8, 1.1, 1.4, 1.4, 1.3, 1.1, 1.0, 1.0, 0.8, 0.7, 0.7),
    birthday_pull=0.03,
    mix=(0.07, 0.20, 0.25, 0.34, 0.12, 0.02),
    more_lines=0.38,
    several=0.22,
    max_quantity=3,
    discount_share=0.12,
    discounts=(5, 10),
    channels=(0.50, 0.43, 0.02, 0.05),
    sources=(0.22, 0.08, 0.02, 0.14, 0.26, 0.01, 0.16, 0.11, 0.0),
    newsletter=0.44,
    opens=0.48,
    clicks=0.38,
    reviews=0.12,
    refers=2.4,
    age=(43.0, 4.5),
    children=(1, 1, 2, 2, 3),
    child_age=(4.0, 10.0),
)
BARGAIN = Persona(
    name="bargain_hunter",
    share=0.19,
    orders_a_year=5.6,
    rate_shape=2,
    leave_a_year=0.55,
    leave_after_order=0.06,
    shock_leave=6.0,
    raised_orders=0.70,
    sale_pull=3.5,
    direct=0.42,
    convert_a_year=0.9,
    lose_interest_a_year=2.0,
    season=(1.3, 0.8, 0.9, 1.1, 1.1, 1.1, 1.1, 0.9, 0.8, 0.8, 1.0, 1.1),
    birthday_pull=0.05,
    mix=(0.13, 0.33, 0.24, 0.08, 0.02, 0.20),
    more_lines=0.16,
    several=0.10,
    max_quantity=2,
    discount_share=0.93,
    discounts=(15, 20, 25, 30),
    channels=(0.60, 0.08, 0.02, 0.30),
    sources=(0.28, 0.24, 0.08, 0.06, 0.06, 0.04, 0.02, 0.02, 0.20),
    newsletter=0.36,
    opens=0.30,
    clicks=0.34,
    reviews=0.03,
    refers=0.2,
    age=(34.0, 8.0),
    children=(1, 1, 2, 3),
    child_age=(1.5, 9.0),
)
CLUB = Persona(
    name="club_buyer",
    share=0.025,
    orders_a_year=5.0,
    rate_shape=4,
    leave_a_year=0.15,
    leave_after_order=0.02,
    shock_leave=2.5,
    raised_orders=0.9,
    sale_pull=1.0,
    direct=0.45,
    convert_a_year=1.2,
    lose_interest_a_year=0.8,
    season=(0.8, 1.2, 1.8, 1.6, 1.2, 0.8, 0.3, 1.0, 1.7, 1.0, 0.4, 0.2),
    birthday_pull=0.0,
    mix=(0.40, 0.28, 0.04, 0.14, 0.09, 0.05),
    more_lines=0.40,
    several=0.85,
    max_quantity=8,
    discount_share=0.35,
    discounts=(5, 10),
    channels=(0.12, 0.08, 0.80, 0.0),
    sources=(0.20, 0.01, 0.04, 0.0, 0.20, 0.25, 0.15, 0.15, 0.0),
    newsletter=0.40,
    opens=0.42,
    clicks=0.15,
    reviews=0.04,
    refers=0.8,
    age=(46.0, 8.0),
    children=(12, 15, 18, 20, 24, 30, 36),
    child_age=(4.0, 6.0),
)
ONE_OFF = Persona(
    name="one_off_gift",
    share=0.225,
    orders_a_year=1.2,
    rate_shape=2,
    leave_a_year=0.9,
    leave_after_order=0.70,
    shock_leave=1.0,
    raised_orders=1.0,
    sale_pull=1.4,
    direct=0.55,
    convert_a_year=0.7,
    lose_interest_a_year=2.2,
    season=(0.4, 0.5, 0.7, 1.0, 1.0, 1.1, 0.8, 0.6, 0.6, 0.7, 1.8, 2.8),
    birthday_pull=0.0,
    mix=(0.22, 0.24, 0.08, 0.0, 0.0, 0.46),
    more_lines=0.06,
    several=0.03,
    max_quantity=2,
    discount_share=0.15,
    discounts=(10, 15),
    channels=(0.56, 0.22, 0.04, 0.18),
    sources=(0.34, 0.16, 0.08, 0.08, 0.10, 0.02, 0.07, 0.07, 0.08),
    newsletter=0.16,
    opens=0.22,
    clicks=0.12,
    reviews=0.03,
    refers=0.2,
    age=(38.0, 11.0),
    children=(0,),
    child_age=(1.0, 9.0),
)
PERSONAS = (MOTHER, GRANDPARENT, FATHER, BARGAIN, CLUB, ONE_OFF)


def by_persona(field: str) -> Floats:
    """One number, or one row of numbers, a persona."""
    return np.array([getattr(persona, field) for persona in PERSONAS], dtype=np.float64)


def seasons() -> Floats:
    """Persona × month: how busy the month is, 1 being a month like any other."""
    raw = by_persona("season")
    return np.asarray(raw / raw.mean(axis=1, keepdims=True), dtype=np.float64)
