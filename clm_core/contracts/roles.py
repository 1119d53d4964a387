"""Which column says who left, how long they had been there and what they pay: guessed from names and cells, open to correction."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Unit = Literal["days", "weeks", "months", "years"]
MONTHS_IN: dict[Unit, float] = {"days": 1 / 30.4375, "weeks": 7 / 30.4375, "months": 1.0, "years": 12.0}
MOST_VALUES = 50
"""Distinct texts above which a column is a name or an id, and says nothing about others."""
BLANK = "(blank)"
MOST_WORDS = 12
"""Distinct words a column that says who left may have."""

_LEFT = {
    "yes",
    "true",
    "1",
    "y",
    "left",
    "lost",
    "ended",
    "closed",
    "inactive",
    "exited",
    "lapsed",
    "ex",
    "former",
    "gone",
}
_LEFT_STEMS = ("churn", "attrit", "cancel", "terminat", "unsubscrib", "gekündigt", "résili")
_STAYED = {
    "no",
    "false",
    "0",
    "n",
    "stayed",
    "stays",
    "active",
    "current",
    "retained",
    "open",
    "existing",
    "joined",
    "live",
}
_SAYS_LEFT = re.compile(
    r"churn|attrit|exited|cancel|terminat|unsubscrib|lapsed|defect|kündig|résili|^left$|_left$|has_left"
)
_SAYS_STAYED = re.compile(r"active|retained|stayed|renewed")
_STATUS = re.compile(r"status|state$|label|target")
_ENDED = re.compile(r"end|cancel|churn|terminat|left|clos|until|exit|kündig|last_day")
_STARTED = re.compile(r"start|since|join|sign|creat|activat|open|begin|from|first")
_AFTERWARDS = re.compile(r"churn|cancel|terminat|attrit|exit|reason|leav|refund|win_?back|kündig|résili")
_NUMBERED = re.compile(r"(^|_)(id|nr|no|number|key|code|email)$|customer|subscriber|member|account|user|kunde")
_TENURES = (
    re.compile(r"tenure|seniority|months_on_book"),
    re.compile(
        r"account_(length|age|weeks|months|days)|duration|(months|weeks|days|years)_(as|with|in|active|subscribed)"
    ),
    re.compile(r"^(n_|nr_|number_of_)?(months|weeks|days|years)$"),
)
_CHARGES = (
    re.compile(r"month.*(charge|fee|price|revenue|amount|bill)|(charge|fee|price|revenue|amount|bill).*month|^mrr"),
    re.compile(r"fee|price|charge|mrr|subscription_amount|beitrag|gebühr"),
)


@dataclass(frozen=True)
class Roles:
    """What each column of a table of contracts is for; an empty name means that no column is.

    ``label`` is a column of words of which ``left_words`` mean that somebody left, or a date: the day of leaving, missing for those
    still there. ``tenure`` is a number in ``unit``, or the first day. ``left_out`` are columns that nothing is learned from.
    """

    label: str = ""
    left_words: tuple[str, ...] = ()
    tenure: str = ""
    unit: Unit = "months"
    charge: str = ""
    customer: str = ""
    left_out: tuple[str, ...] = ()


def guess_roles(table: pd.DataFrame, id_column: str = "") -> Roles:
    """The roles as names and cells suggest them; ``id_column`` where the customer's column is known."""
    id_column = id_column or _best(table, _as_customer)
    label = _best(table, _as_label)
    is_date = bool(label) and is_day(table[label])
    others = table.drop(columns=[name for name in (label, id_column) if name])
    started = _best(others, _as_start) if is_date else ""
    tenure = started or _best(others, _as_tenure)
    others = others.drop(columns=[tenure] if tenure else [])
    charge = _best(others, _as_charge)
    return Roles(
        label=label,
        left_words=() if is_date or not label else guess_left_words(table[label], label),
        tenure=tenure,
        unit=guess_unit(tenure),
        charge=charge,
        customer=id_column,
        left_out=tuple(name for name in map(str, others.columns) if _AFTERWARDS.search(_snake(name))),
    )


def guess_left_words(values: pd.Series, name: str) -> tuple[str, ...]:
    """Which words of a column mean that somebody left; none where that is not plain from all of them."""
    found = words(values)
    if not found or len(found) > MOST_WORDS:
        return ()
    left = {word for word in found if _means_left(word)}
    stayed = {word for word in found if mean_stayed([word])} - left
    if left and not stayed and BLANK in found:  # a word for those who left, nothing for the others
        stayed = {BLANK}
    if left | stayed != set(found):
        return ()
    is_turned = _SAYS_STAYED.search(_snake(name)) and _are_plain(found)
    return tuple(sorted(stayed if is_turned else left))


def mean_stayed(found: Sequence[str]) -> bool:
    """True for words that all mean that somebody is still there."""
    return all(_first(word) in _STAYED for word in found)


def is_day(values: pd.Series) -> bool:
    """True for a column of moments."""
    return pd.api.types.is_datetime64_any_dtype(values)


def _are_plain(found: Sequence[str]) -> bool:
    """True for words that say yes or no and not to what."""
    return set(found) <= {"yes", "no", "true", "false", "1", "0", "y", "n"}


def words(values: pd.Series) -> list[str]:
    """The different words of a column as they are compared: lower case, numbers without needless zeros, sorted."""
    return sorted(set(as_words(values)))


def as_words(values: pd.Series) -> pd.Series:
    """Each cell as the word it is compared by; a missing one is a word too."""
    told = values.map(lambda cell: f"{cell:g}" if isinstance(cell, float) else str(cell).strip().lower())
    return told.where(values.notna(), BLANK)


def guess_unit(name: str) -> Unit:
    """The unit of a tenure that its column's name tells; months, the unit contracts are billed in, where none is told."""
    snake = _snake(name)
    return next((unit for unit in MONTHS_IN if re.search(rf"(^|_){unit}?(_|$)", snake)), "months")


def _best(table: pd.DataFrame, fitness: Callable[[pd.Series, str], float]) -> str:
    """The column that fits a role best, the first of equals; none where no column fits at all."""
    scored = {str(name): fitness(table[name], _snake(str(name))) for name in table.columns}
    best = max(scored, key=lambda name: scored[name], default="")
    return best if best and scored[best] > 0 else ""


def _as_label(values: pd.Series, snake: str) -> float:
    if is_day(values):
        return 3.0 if _ENDED.search(snake) and values.isna().any() else 0.0
    found = values.dropna().unique()[: MOST_WORDS + 1]
    if not len(found) or len(found) > MOST_WORDS or (_AFTERWARDS.search(snake) and "reason" in snake):
        return 0.0
    told = guess_left_words(values.drop_duplicates(), snake)
    named = 3.0 if _SAYS_LEFT.search(snake) else 1.5 if _STATUS.search(snake) or _SAYS_STAYED.search(snake) else 0.0
    speaks = bool(told) and not _are_plain(words(pd.Series(found)))
    return (named + (1.0 if told else -1.4) + (1.0 if speaks else 0.0)) if named or speaks else 0.0


def _as_customer(values: pd.Series, snake: str) -> float:
    """A name that speaks of a customer's number, and no two rows alike."""
    return float(bool(_NUMBERED.search(snake))) if values.is_unique else 0.0


def _as_start(values: pd.Series, snake: str) -> float:
    if not is_day(values):
        return 0.0
    return (2.0 if _STARTED.search(snake) else 0.5) * float(values.notna().mean())


def _as_tenure(values: pd.Series, snake: str) -> float:
    return _by_name(values, snake, _TENURES) if "since_last" not in snake else 0.0


def _as_charge(values: pd.Series, snake: str) -> float:
    return _by_name(values, snake, _CHARGES) if "total" not in snake else 0.0


def _by_name(values: pd.Series, snake: str, patterns: Sequence[re.Pattern[str]]) -> float:
    """The earlier the pattern that a number's name fits, the better."""
    if not pd.api.types.is_numeric_dtype(values):
        return 0.0
    return next((float(len(patterns) - place) for place, one in enumerate(patterns) if one.search(snake)), 0.0)


def _means_left(word: str) -> bool:
    return _first(word) in _LEFT or word.startswith(_LEFT_STEMS)


def _first(word: str) -> str:
    return (word.split() or [""])[0]


def _snake(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+|_+", "_", spaced).strip("_").lower()
