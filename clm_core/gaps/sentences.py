"""Evidence rules in words: the query behind a figure, as a person would ask it."""

from __future__ import annotations

from clm_core.conditions import sentence
from clm_core.features import FEATURES
from clm_core.gaps.model import EvidenceRule, Followed, Holds, Marked, Reached, Regular
from clm_core.wording import count

_OCCASIONS = {
    "sign_up": "sign-ups",
    "order": "days with an order",
    "first_order": "first orders",
    "cart": "carts",
    "checkout": "checkouts",
    "visit": "visits",
    "send": "messages",
    "ticket": "tickets",
}
_EVENTS = {
    "send": "a message",
    "open": "an opened message",
    "order": "an order",
    "review": "a review",
    "survey": "a survey answer",
    "referral": "a referral",
    "ticket": "a ticket",
    "post": "a post",
}
_CHANNELS = {"email": " by e-mail", "push": " by push"}


def rule_sentence(rule: EvidenceRule) -> str:
    """The rule as a question to the data."""
    match rule:
        case Followed():
            return _followed(rule)
        case Reached():
            at_least = "" if rule.least_value is None else f" with a value of at least {rule.least_value:g}"
            sought = f"{_event(rule.look_for, rule.channel)}{at_least}"
            return f"Of customers with {sentence(rule.among, {}, FEATURES)}: how many had {sought} in the last {rule.last_days} days?"
        case Marked():
            return (
                f"Of {_occasion(rule.of, '')} in the last {rule.last_days} days: how many have a value of at least "
                f"{rule.least_value:g}?"
            )
        case Regular():
            return f"In how many of the last {rule.last_weeks} weeks was there {_event(rule.of, '')}?"
        case Holds():
            return (
                f"Of customers with {sentence(rule.among, {}, FEATURES)}: how many have "
                f"{sentence(rule.holds, {}, FEATURES)}?"
            )


def _followed(rule: Followed) -> str:
    occasions = _occasion(rule.after, rule.after_channel)
    if rule.after == "lapse":
        occasions = f"buyers who came to {rule.lapse_days} days without an order"
    without = f" without {_event(rule.without, '')} within {count(rule.without_days, 'day')}" if rule.without else ""
    low, high = rule.days
    days = f"day {low}" if low == high else f"days {low} to {high}"
    when = "on the same day" if (low, high) == (0, 0) else f"on {days} after"
    beside = "90 days later" if rule.after in ("sign_up", "first_order") else "just before"
    return (
        f"Of {occasions}{without} in the last 365 days: how many were followed by "
        f"{_event(rule.look_for, rule.channel)} {when}? Beside it: in as many days {beside}."
    )


def _occasion(kind: str, channel: str) -> str:
    return _OCCASIONS.get(kind, f"{kind.replace('_', ' ')} events") + _CHANNELS.get(channel, "")


def _event(kind: str, channel: str) -> str:
    return _EVENTS.get(kind, f"an event of kind {kind.replace('_', ' ')}") + _CHANNELS.get(channel, "")
