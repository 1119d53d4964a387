"""What people say: tickets, surveys, reviews, referrals and posts.

Values: a ticket holds the days until it was solved, or nothing if it never was; a survey 0 to 10; a review 1 to 5 stars;
a referral 1 if the friend came and 0 if not; a post the number of reactions to it. Surveys on the site are asked at the
checkout, about what is expected; surveys by mail are asked after delivery, about what was received.
"""

from __future__ import annotations

import numpy as np

from clm_core.simulate.baskets import GUEST, WEB
from clm_core.simulate.contacts import ANONYMOUS, EVENT_CHANNELS, Batch, Scene, batch
from clm_core.simulate.personas import ONE_OFF, PERSONAS, SOURCES, by_persona
from clm_core.simulate.settings import DAY_MINUTES, Ints, stream

TICKET_SHARE, FAREWELL_TICKET_SHARE = 0.045, 0.35
UNSOLVED_SHARE, FAREWELL_UNSOLVED_SHARE = 0.08, 0.60
PASSED_ON_SHARE = 0.25
SURVEY_SHARE, EXPECTATION_SHARE = 0.05, 0.04
FAILED_REFERRALS = 1.2
POSTS_A_DAY = {"facebook": 0.25, "instagram": 0.35}


def make_voice_events(scene: Scene, seed: int) -> list[Batch]:
    """Everything people say to the shop and to each other."""
    rng = stream(seed, "voice")
    named = np.flatnonzero(scene.placed.person != GUEST)
    # a gift buyer who does not come back is not leaving in anger
    is_one_off = scene.placed.persona[named] == PERSONAS.index(ONE_OFF)
    is_upset = scene.placed.is_farewell[named] & ~is_one_off
    return [
        *_complain(rng, scene, named, is_upset.astype(np.int64)),
        *_answer_surveys(rng, scene, named, is_upset.astype(np.int64)),
        _review(rng, scene, named, is_upset.astype(np.int64)),
        *_refer(rng, scene, named),
        *_post(rng, scene),
    ]


def _after(rng: np.random.Generator, minute: Ints, low_days: int, high_days: int) -> Ints:
    """A moment in the day-time between so many days after each minute."""
    days = low_days + (rng.random(len(minute)) * (high_days - low_days + 1)).astype(np.int64)
    clock = 8 * 60 + (rng.random(len(minute)) * 12 * 60).astype(np.int64)
    return np.asarray((minute // DAY_MINUTES + days) * DAY_MINUTES + clock, dtype=np.int64)


def _complain(rng: np.random.Generator, scene: Scene, named: Ints, is_upset: Ints) -> list[Batch]:
    """A ticket after some orders; a quarter of those who ask are passed on and have to ask again."""
    asks = rng.random(len(named)) < np.array([TICKET_SHARE, FAREWELL_TICKET_SHARE])[is_upset]
    person, upset = scene.placed.person[named[asks]], is_upset[asks]
    minute = _after(rng, scene.order_minute[named[asks]], 1, 7)
    n = len(person)
    is_unsolved = rng.random(n) < np.array([UNSOLVED_SHARE, FAREWELL_UNSOLVED_SHARE])[upset]
    days = np.floor(rng.random(n) ** 2 * np.array([8, 25])[upset])
    channel = np.array([EVENT_CHANNELS.index(name) for name in ("phone", "email", "web")])
    first = channel[(rng.random(n) * 3).astype(np.int64)]
    asks_again = rng.random(n) < PASSED_ON_SHARE
    again = channel[(rng.random(n) * 3).astype(np.int64)]
    value = np.where(is_unsolved, np.nan, days)
    return [
        batch("ticket", first, person, minute, value),
        batch(
            "ticket", again[asks_again], person[asks_again], _after(rng, minute[asks_again], 1, 4), value[asks_again]
        ),
    ]


def _answer_surveys(rng: np.random.Generator, scene: Scene, named: Ints, is_upset: Ints) -> list[Batch]:
    """Few are asked: some at the checkout what they expect, some after delivery what they got."""
    person, minute = scene.placed.person[named], scene.order_minute[named]
    expects = (scene.placed.channel[named] == WEB) & (rng.random(len(named)) < EXPECTATION_SHARE)
    answers = rng.random(len(named)) < SURVEY_SHARE
    hopes = np.clip(np.round(7.5 + rng.random(int(expects.sum())) * 3), 0, 10)
    bell = rng.random((3, int(answers.sum()))).sum(axis=0) - 1.5
    verdict = np.clip(np.round(np.array([8.0, 4.5])[is_upset[answers]] + 3 * bell), 0, 10)
    return [
        batch("survey", "web", person[expects], minute[expects] + 1, hopes),
        batch("survey", "email", person[answers], _after(rng, minute[answers], 8, 20), verdict),
    ]


def _review(rng: np.random.Generator, scene: Scene, named: Ints, is_upset: Ints) -> Batch:
    writes = rng.random(len(named)) < by_persona("reviews")[scene.placed.persona[named]] * (1 + is_upset)
    chosen = named[writes]
    bell = rng.random((3, len(chosen))).sum(axis=0) - 1.5
    stars = np.clip(np.round(np.array([4.4, 2.2])[is_upset[writes]] + 1.4 * bell), 1, 5)
    return batch("review", "web", scene.placed.person[chosen], _after(rng, scene.order_minute[chosen], 6, 25), stars)


def _refer(rng: np.random.Generator, scene: Scene, named: Ints) -> list[Batch]:
    """Whoever came by referral was sent by someone who had ordered before; other referrals come to nothing."""
    friends = np.flatnonzero(scene.people.source == SOURCES.index("referral"))
    came = scene.created_minute[friends]
    n_failed = round(len(friends) * FAILED_REFERRALS)
    tried = scene.order_minute[named[(rng.random(n_failed) * len(named)).astype(np.int64)]] + DAY_MINUTES
    return [
        _pick_referrers(rng, scene, named, came, 1.0),
        _pick_referrers(rng, scene, named, tried, 0.0),
    ]


def _pick_referrers(rng: np.random.Generator, scene: Scene, named: Ints, minute: Ints, value: float) -> Batch:
    """Somebody with an order before each moment, the likelier the more orders and the keener the persona."""
    keenness = np.cumsum(by_persona("refers")[scene.placed.persona[named]])
    before = np.searchsorted(scene.order_minute[named], minute, side="left")
    possible, minute = before[before > 0], minute[before > 0]
    target = rng.random(len(possible)) * keenness[possible - 1]
    chosen = named[np.minimum(np.searchsorted(keenness, target, side="right"), possible - 1)]
    return batch("referral", "web", scene.placed.person[chosen], minute, value)


def _post(rng: np.random.Generator, scene: Scene) -> list[Batch]:
    """The shop's posts, by nobody in particular; reactions grow as the shop becomes known."""
    batches = []
    for channel, rate in POSTS_A_DAY.items():
        day = np.flatnonzero(rng.random(scene.settings.n_days) < rate)
        growth = 0.6 + 0.8 * day / scene.settings.n_days
        reactions = np.floor((15 + 160 * rng.random(len(day)) ** 3) * growth)
        minute = day * DAY_MINUTES + (9 * 60 + rng.random(len(day)) * 10 * 60).astype(np.int64)
        batches.append(batch("post", channel, np.full(len(day), ANONYMOUS), minute, reactions))
    return batches
