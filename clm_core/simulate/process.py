"""The process that makes people order and leave, day by day, and what it implies for the days after the end.

On each day a person still there orders with probability ``1 - exp(-rate)`` and leaves with a small probability, higher
on the day of an order. A lead orders at a lower rate and loses interest faster, until the first order makes a customer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.people import People
from clm_core.simulate.personas import by_persona
from clm_core.simulate.settings import YEAR_DAYS, Calendar, Flags, Floats, Ints, ShopSettings, build_calendar, stream

NEVER = -1


@dataclass(frozen=True)
class Lives:
    """The orders people place, in order of day, and what became of each person by the last simulated day."""

    person: Ints
    day: Ints
    is_farewell: Flags
    """True when the person left on the day of this order."""
    has_ordered: Flags
    left_day: Ints
    """Day the person left, or NEVER."""


@dataclass(frozen=True)
class Outlook:
    """What the process implies for the horizon after the end, one entry a person."""

    churn_prob: Floats
    expected_orders: Floats
    expected_spend: Floats


@dataclass(frozen=True)
class DayOdds:
    """What one day holds for each person: as a lead and as a customer."""

    lead_orders: Floats
    customer_orders: Floats
    lead_leaves: Floats
    customer_leaves: Floats
    leaves_after_order: Floats


class Odds:
    """The odds of each person on any day."""

    def __init__(self, people: People, calendar: Calendar) -> None:
        self.calendar, self.people = calendar, people
        kind = people.persona
        self._convert = by_persona("convert_a_year")[kind] / YEAR_DAYS
        self._lose_interest = by_persona("lose_interest_a_year")[kind] / YEAR_DAYS
        self._after_order = by_persona("leave_after_order")[kind]
        self._sale, self._raised = by_persona("sale_pull")[kind], by_persona("raised_orders")[kind]
        self._shock = by_persona("shock_leave")[kind]

    def on(self, day: int) -> DayOdds:
        """The odds of everyone on one day, counted from the first."""
        calendar, people = self.calendar, self.people
        pace = people.season[calendar.month[day]] * calendar.weekday_factor[day]
        if calendar.is_sale[day]:
            pace = pace * self._sale
        if calendar.is_raised[day]:
            pace = pace * self._raised
        leaves = people.leave_rate * (self._shock if calendar.is_shock[day] else 1.0)
        return DayOdds(
            lead_orders=-np.expm1(-self._convert * pace),
            customer_orders=-np.expm1(-people.order_rate * pace),
            lead_leaves=self._lose_interest,
            customer_leaves=np.minimum(leaves, 1.0),
            leaves_after_order=self._after_order,
        )


def live(people: People, settings: ShopSettings, seed: int, n_days: int) -> Lives:
    """Let everyone live through the first ``n_days`` days; a longer run repeats a shorter one and goes on."""
    odds = Odds(people, build_calendar(settings))
    n = len(people)
    has_ordered, left_day = np.zeros(n, dtype=np.bool_), np.full(n, NEVER, dtype=np.int64)
    who: list[Ints] = []
    farewells: list[Flags] = []
    for day in range(n_days):
        rng, today = stream(seed, "daily", day), odds.on(day)
        order_draw, leave_draw = rng.random(n), rng.random(n)
        is_here = (people.created_day <= day) & (left_day == NEVER)
        comes_ordering = (people.created_day == day) & people.is_direct
        orders = is_here & (order_draw < np.where(has_ordered, today.customer_orders, today.lead_orders))
        # who signs up without ordering orders on a later day: the sign-up then always comes first
        orders = (orders & (people.created_day < day)) | comes_ordering
        has_ordered |= orders
        stays = 1 - np.where(has_ordered, today.customer_leaves, today.lead_leaves)
        leaves = is_here & (leave_draw >= stays * np.where(orders, 1 - today.leaves_after_order, 1.0))
        left_day[leaves] = day
        buyers = np.flatnonzero(orders)
        who.append(buyers)
        farewells.append(leaves[buyers])
    days = np.repeat(np.arange(n_days, dtype=np.int64), [len(buyers) for buyers in who])
    return Lives(np.concatenate(who), days, np.concatenate(farewells), has_ordered, left_day)


def look_ahead(
    people: People, lives: Lives, settings: ShopSettings, *, kept_rate: float, order_values: list[Floats]
) -> Outlook:
    """The exact expectations over the horizon, given who is still there at the end.

    ``kept_rate`` is the share of placed orders that count as purchases, ``order_values`` the expected net value of a
    purchase of each person on each day of the horizon.
    """
    odds = Odds(people, build_calendar(settings))
    is_here = (lives.left_day == NEVER).astype(np.float64)
    # probabilities of being: a lead; a customer; a customer who has bought nothing in the horizon yet
    lead, customer = is_here * ~lives.has_ordered, is_here * lives.has_ordered
    waiting = customer.copy()
    buys, orders, spend = np.zeros(len(people)), np.zeros(len(people)), np.zeros(len(people))
    for step, value in enumerate(order_values):
        today = odds.on(settings.n_days + step)
        converts, reorders = lead * today.lead_orders, customer * today.customer_orders
        first = converts + waiting * today.customer_orders
        buys += first * kept_rate
        orders += (converts + reorders) * kept_rate
        spend += (converts + reorders) * kept_rate * value
        stays, after = 1 - today.customer_leaves, 1 - today.leaves_after_order
        waiting = (waiting * (1 - today.customer_orders) + first * (1 - kept_rate) * after) * stays
        customer = (customer - reorders + (reorders + converts) * after) * stays
        lead = (lead - converts) * (1 - today.lead_leaves)
    return Outlook(churn_prob=1 - buys, expected_orders=orders, expected_spend=spend)
