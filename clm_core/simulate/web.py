"""What happens on the site: visits, sign-ups, carts bought and carts left standing."""

from __future__ import annotations

import numpy as np

from clm_core.simulate.baskets import WEB
from clm_core.simulate.contacts import ANONYMOUS, Batch, Scene, batch
from clm_core.simulate.products import PRODUCTS
from clm_core.simulate.settings import DAY_MINUTES, YEAR_DAYS, Floats, Ints, stream

# recorded visits a year without an order, for everyone and for each order a year on top
VISITS_A_YEAR = 0.9
VISITS_AN_ORDER = 0.35
CART_SHARE = 0.68
ANONYMOUS_VISITS = 0.32
ANONYMOUS_CART_SHARE = 0.03


def make_web_events(scene: Scene, seed: int) -> tuple[list[Batch], Batch]:
    """Everything that happens on the site, and apart from that the carts that known people left standing."""
    rng = stream(seed, "web")
    buying = _buy(rng, scene)
    person, minute = _browse(rng, scene)
    fills_cart = rng.random(len(person)) < CART_SHARE
    abandoned = _leave_carts(rng, person[fills_cart], minute[fills_cart])
    strangers = _pass_by(rng, scene, round((len(person) + len(buying[0].person)) * ANONYMOUS_VISITS))
    signs_up = scene.people.is_subscriber | ~scene.people.is_direct
    newcomers = np.flatnonzero(signs_up)
    sign_up = batch("sign_up", "web", newcomers, scene.created_minute[newcomers])
    return [*buying, batch("visit", "web", person, minute), abandoned, *strangers, sign_up], abandoned


def _buy(rng: np.random.Generator, scene: Scene) -> list[Batch]:
    """A web order comes after a visit, a cart and a checkout, all on the day of the order."""
    orders = np.flatnonzero(scene.placed.channel == WEB)
    person, minute, n = scene.placed.person[orders], scene.order_minute[orders], len(orders)
    value = scene.order_value[orders]
    checkout = minute - 1 - (rng.random(n) * 3).astype(np.int64)
    cart = checkout - 1 - (rng.random(n) * 12).astype(np.int64)
    visit = cart - 2 - (rng.random(n) * 30).astype(np.int64)
    return [
        batch("visit", "web", person, visit),
        batch("cart", "web", person, cart, value),
        batch("checkout", "web", person, checkout, value),
    ]


def _browse(rng: np.random.Generator, scene: Scene) -> tuple[Ints, Ints]:
    """Visits without an order: who and when. Nobody is seen before being known or after having left."""
    people = scene.people
    here_days = scene.gone_day - people.created_day
    yearly = VISITS_A_YEAR + VISITS_AN_ORDER * people.order_rate * YEAR_DAYS
    # doubled, because the season below keeps about half of them
    n_visits = (2 * yearly * here_days / YEAR_DAYS + rng.random(len(people))).astype(np.int64)
    person = np.repeat(np.arange(len(people), dtype=np.int64), n_visits)
    day = people.created_day[person] + (rng.random(len(person)) * here_days[person]).astype(np.int64)
    month = scene.calendar.month[day]
    in_season = rng.random(len(person)) < people.season[month, person] / 2
    minute = day * DAY_MINUTES + _web_minutes(rng, len(person))
    in_season &= minute >= scene.created_minute[person]
    return person[in_season], minute[in_season]


def _leave_carts(rng: np.random.Generator, person: Ints, visit_minute: Ints) -> Batch:
    minute = visit_minute + 2 + (rng.random(len(person)) * 20).astype(np.int64)
    return batch("cart", "web", person, minute, _cart_values(rng, len(person)))


def _cart_values(rng: np.random.Generator, n: int) -> Floats:
    prices = np.array([product.price for product in PRODUCTS]) / 100
    return np.asarray(prices[(rng.random(n) * len(prices)).astype(np.int64)], dtype=np.float64)


def _pass_by(rng: np.random.Generator, scene: Scene, n: int) -> list[Batch]:
    """Visitors nobody knows: they come when buyers come, and very few put something in a cart."""
    day = scene.placed.day[(rng.random(n) * len(scene.placed.day)).astype(np.int64)]
    minute = day * DAY_MINUTES + _web_minutes(rng, n)
    nobody = np.full(n, ANONYMOUS)
    fills_cart = rng.random(n) < ANONYMOUS_CART_SHARE
    return [
        batch("visit", "web", nobody, minute),
        batch("cart", "web", nobody[fills_cart], minute[fills_cart] + 5, _cart_values(rng, int(fills_cart.sum()))),
    ]


def _web_minutes(rng: np.random.Generator, n: int) -> Ints:
    return np.asarray(7 * 60 + rng.random(n) * 16 * 60, dtype=np.float64).astype(np.int64)
