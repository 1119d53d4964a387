"""What the shop sends, and what people make of it.

A send has the value 1 when it is written for a segment or names a product, and 0 when everybody gets the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clm_core.simulate.contacts import Batch, Scene, batch
from clm_core.simulate.people import MAILS_A_MONTH
from clm_core.simulate.personas import by_persona
from clm_core.simulate.settings import DAY_MINUTES, Flags, Floats, Ints, stream

MONTH_DAYS = 30.44
PERSONAL_SHARE = 0.18
PERSONAL_OPENS = 1.5
CROWDED_OPENS = 0.6
GONE_OPENS = 0.3
UNSUBSCRIBES = (0.004, 0.006, 0.010, 0.024)
SECOND_TRY_SHARE = 0.10
REMINDER_SHARE = 0.30
PUSH_KM, PUSHES_A_YEAR, PUSH_VISIT_SHARE = 1.0, 2.5, 0.3


@dataclass(frozen=True)
class Mails:
    """Mails sent, one entry a mail."""

    person: Ints
    minute: Ints
    is_personal: Flags


def make_mail_events(scene: Scene, seed: int, abandoned: Batch) -> list[Batch]:
    """All mails and pushes with their opens, clicks, unsubscribes and visits to the shop."""
    rng = stream(seed, "mail")
    letters = _send_letters(rng, scene)
    band = np.searchsorted(MAILS_A_MONTH, scene.people.mails_a_month[letters.person])
    annoys = rng.random(len(band)) < np.array(UNSUBSCRIBES)[band]
    last_minute = np.full(len(scene.people), scene.end_minute)
    np.minimum.at(last_minute, letters.person[annoys], letters.minute[annoys])
    unsubscribed = np.flatnonzero(last_minute < scene.end_minute)

    letters = _before_goodbye(letters, last_minute)
    is_opened = _is_opened(rng, scene, letters)
    second = _before_goodbye(_try_again(rng, letters, is_opened), last_minute)
    reminders = _before_goodbye(_remind(rng, scene, abandoned), last_minute)
    batches = [batch("unsubscribe", "email", unsubscribed, last_minute[unsubscribed] + 7)]
    batches += _follow(rng, scene, letters, is_opened)
    for mails in (second, reminders):
        batches += _follow(rng, scene, mails, _is_opened(rng, scene, mails))
    return [*batches, *_push(rng, scene)]


def _send_letters(rng: np.random.Generator, scene: Scene) -> Mails:
    """The newsletter, as often as each subscriber's band says; people who left still get it."""
    people = scene.people
    gap = MONTH_DAYS / np.where(people.is_subscriber, people.mails_a_month, 1e-9)
    n_mails = np.maximum((scene.settings.n_days - people.created_day - 2) // gap, 0).astype(np.int64)
    person = np.repeat(np.arange(len(people), dtype=np.int64), n_mails)
    place = np.arange(len(person)) - np.repeat(np.cumsum(n_mails) - n_mails, n_mails)
    day = people.created_day[person] + 1 + ((place + rng.random(len(person))) * gap[person]).astype(np.int64)
    minute = day * DAY_MINUTES + (9 * 60 + rng.random(len(person)) * 9 * 60).astype(np.int64)
    return Mails(person, minute, rng.random(len(person)) < PERSONAL_SHARE)


def _before_goodbye(mails: Mails, last_minute: Ints) -> Mails:
    kept = (mails.minute <= last_minute[mails.person]) & (mails.minute >= 0)
    return Mails(mails.person[kept], mails.minute[kept], mails.is_personal[kept])


def _is_opened(rng: np.random.Generator, scene: Scene, mails: Mails) -> Flags:
    people, person = scene.people, mails.person
    chance = by_persona("opens")[people.persona[person]]
    chance = chance * np.where(mails.is_personal, PERSONAL_OPENS, 1.0)
    chance = chance * np.where(people.mails_a_month[person] == max(MAILS_A_MONTH), CROWDED_OPENS, 1.0)
    chance = chance * np.where(mails.minute // DAY_MINUTES > scene.gone_day[person], GONE_OPENS, 1.0)
    return rng.random(len(person)) < chance


def _try_again(rng: np.random.Generator, letters: Mails, is_opened: Flags) -> Mails:
    """Few mails that stay unopened are followed by a second one, three or four days later."""
    again = ~is_opened & (rng.random(len(is_opened)) < SECOND_TRY_SHARE)
    minute = letters.minute[again] + 3 * DAY_MINUTES + (rng.random(int(again.sum())) * DAY_MINUTES).astype(np.int64)
    return Mails(letters.person[again], minute, letters.is_personal[again])


def _remind(rng: np.random.Generator, scene: Scene, abandoned: Batch) -> Mails:
    """A mail that names what is left in the cart, within thirty hours, for a third of the subscribers' carts."""
    reminded = scene.people.is_subscriber[abandoned.person] & (rng.random(len(abandoned.person)) < REMINDER_SHARE)
    n = int(reminded.sum())
    minute = abandoned.minute[reminded] + (180 + rng.random(n) * 1_620).astype(np.int64)
    return Mails(abandoned.person[reminded], minute, np.ones(n, dtype=np.bool_))


def _follow(rng: np.random.Generator, scene: Scene, mails: Mails, is_opened: Flags) -> list[Batch]:
    """The sends, with the opens and clicks that follow within two days."""
    person, kind = mails.person[is_opened], scene.people.persona[mails.person[is_opened]]
    opened = mails.minute[is_opened] + (20 + rng.random(len(person)) ** 2 * 2_800).astype(np.int64)
    clicks = rng.random(len(person)) < by_persona("clicks")[kind]
    value: Floats = mails.is_personal.astype(np.float64)
    return [
        batch("send", "email", mails.person, mails.minute, value),
        batch("open", "email", person, opened),
        batch("click", "email", person[clicks], opened[clicks] + 1),
    ]


def _push(rng: np.random.Generator, scene: Scene) -> list[Batch]:
    """A push to subscribers who live by the shop; some of them come in on the same day."""
    people = scene.people
    near = np.flatnonzero(people.is_subscriber & (people.distance_km <= PUSH_KM))
    here_days = (scene.gone_day - people.created_day)[near]
    person = np.repeat(near, (here_days * PUSHES_A_YEAR / 365 + rng.random(len(near))).astype(np.int64))
    since = rng.random(len(person)) * (scene.gone_day - people.created_day)[person]
    day = people.created_day[person] + 1 + since.astype(np.int64)
    minute = day * DAY_MINUTES + (10 * 60 + rng.random(len(person)) * 5 * 60).astype(np.int64)
    comes = rng.random(len(person)) < PUSH_VISIT_SHARE
    return [
        batch("send", "push", person, minute, 1.0),
        batch(
            "visit", "shop", person[comes], minute[comes] + 15 + (rng.random(int(comes.sum())) * 90).astype(np.int64)
        ),
    ]
