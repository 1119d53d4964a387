"""A table of contracts made ready: who left and how long they had been there, and what a model may know when it is asked.

A label of words is of a past period and every row is of one moment: all rows teach. Days of leaving say more: those under
contract some days before the end of the file teach, with the tenure they had then, and what is asked is who has left since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.contracts.roles import MONTHS_IN, MOST_VALUES, Roles, as_words, is_day, mean_stayed, words
from clm_core.errors import MappingError, TooThinError, did_you_mean
from clm_core.models.limits import MIN_OF_EACH
from clm_core.wording import long_day

Floats = NDArray[np.float64]

MIN_CUSTOMERS = 200
"""Below this five folds of forty customers each say next to nothing of how good a probability is."""
WINDOW_DAYS = 90
MOST_GROUPS = 8
"""Distinct texts up to which a column makes groups that a picture can tell apart."""
DAYS_A_MONTH = 30.4375
SETTLING_DAYS = 31
"""An end this long after the last beginning is still taken for one that has happened, and no term agreed in advance."""
NUMBER_SHARE = 0.95


@dataclass(frozen=True)
class Contracts:
    """``people`` has one row a customer of the file: `customer_id`, `months` as a customer, `has_left`, `charge`.

    ``teaching`` and ``left`` are what a model learns from, ``asked`` the rows of those still there; ``place`` is where each of these
    stands in ``teaching``, −1 for one who came later. ``texts`` are the columns that make groups, row by row as ``people``.
    """

    people: pd.DataFrame
    texts: pd.DataFrame
    teaching: pd.DataFrame
    left: NDArray[np.int64]
    asked: pd.DataFrame
    place: NDArray[np.int64]
    period: str

    @property
    def features(self) -> tuple[str, ...]:
        """What is learned from."""
        return tuple(map(str, self.teaching.columns))

    @property
    def has_tenure(self) -> bool:
        """Whether it is known how long they have been customers."""
        return bool(self.people["months"].notna().any())


@dataclass(frozen=True)
class _Spans:
    """Row by row: months as a customer in the end and when asked, whether they have left, who teaches and with which outcome."""

    months: Floats
    months_then: Floats
    has_left: NDArray[np.bool_]
    teaches: NDArray[np.bool_]
    left: NDArray[np.int64]
    period: str


def prepare(table: pd.DataFrame, roles: Roles, *, window_days: int = WINDOW_DAYS) -> Contracts:
    """Read label, tenure and charge of each row, and set apart what may be learned from.

    Parameters
    ----------
    table : DataFrame
        One row a customer: numbers, timestamps, texts. Not changed.
    roles : Roles
        What each column is for.
    window_days : int
        Where the label is a day of leaving: who of those under contract so many days before the end has left since?

    Raises
    ------
    MappingError
        When a column is not there, nothing says who left, or a tenure does not fit the label.
    TooThinError
        When there are fewer than 200 customers, or fewer than 20 of either outcome.
    """
    _check_columns(table, roles)
    table = table.reset_index(drop=True)
    spans = _by_days(table, roles, window_days) if is_day(table[roles.label]) else _by_words(table, roles)
    _check_enough(spans.left[spans.teaches], roles.label)
    inputs = _inputs(table, roles)
    stays = ~spans.has_left
    teaching, asked = inputs[spans.teaches], inputs[stays]
    if roles.tenure and roles.tenure not in roles.left_out:
        teaching = teaching.assign(**{roles.tenure: spans.months_then[spans.teaches]})
        asked = asked.assign(**{roles.tenure: spans.months[stays]})
    place = np.where(spans.teaches, np.cumsum(spans.teaches) - 1, -1)[stays]
    varies = teaching.columns[teaching.nunique() > 1]
    if not len(varies):
        raise _nothing_to_learn(roles)
    people = pd.DataFrame(
        {
            c.CUSTOMER_ID: table[roles.customer].astype(str)
            if roles.customer
            else np.arange(1, len(table) + 1).astype(str),
            "months": spans.months,
            "has_left": spans.has_left,
            "charge": table[roles.charge].astype(float) if roles.charge else np.nan,
        }
    )
    texts = inputs.select_dtypes(object)
    texts = texts.loc[:, texts.nunique().between(2, MOST_GROUPS)]
    return Contracts(people, texts, teaching[varies], spans.left[spans.teaches], asked[varies], place, spans.period)


def column_uses(table: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """What each column of the table is used for and why: `column`, `use`, `why`; those with a role first, then those left out."""
    named = {
        roles.label: "who left",
        roles.tenure: "how long",
        roles.charge: "charge, learned from",
        roles.customer: "customer",
    }
    rows = []
    for name in map(str, table.columns):
        why = _why_not_learned(table[name], name, roles)
        rows.append((name, named.get(name) or ("left out" if why else "learned from"), "" if name in named else why))
    rows.sort(key=lambda row: (row[0] not in named, row[1] != "left out"))
    return pd.DataFrame(rows, columns=["column", "use", "why"])


def _why_not_learned(values: pd.Series, name: str, roles: Roles) -> str:
    """Why nothing is learned from a column; an empty text where something is."""
    if name in roles.left_out:
        return "chosen: such a column is often written down when somebody leaves"
    if values.nunique(dropna=False) < 2:
        return "the same in every row"
    if is_day(values):
        return "a day, not a trait"
    if not _is_number(values) and values.nunique() > MOST_VALUES:
        return f"{values.nunique():,} different texts: names or numbers of customers, which say nothing about others"
    return ""


def _inputs(table: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """The columns that are learned from: numbers as numbers, texts of few values as texts."""
    kept: dict[str, pd.Series] = {}
    for name in map(str, table.columns):
        if name in (roles.label, roles.customer, roles.tenure) or _why_not_learned(table[name], name, roles):
            continue
        values = table[name]
        if _is_number(values):  # a few blanks do not make a number a text
            kept[name] = pd.to_numeric(values, errors="coerce").astype(float)
        else:
            kept[name] = values.astype(object).where(values.notna(), "missing").astype(str).astype(object)
    return pd.DataFrame(kept, index=table.index)


def _is_number(values: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(values):
        return True
    return bool(pd.to_numeric(values, errors="coerce").notna().mean() > NUMBER_SHARE)


def _by_words(table: pd.DataFrame, roles: Roles) -> _Spans:
    left = _read_label(table[roles.label], roles)
    if roles.tenure and is_day(table[roles.tenure]):
        raise MappingError(
            "A first day tells a tenure only beside the day of leaving.",
            where=f"columns '{roles.label}' and '{roles.tenure}'",
            found=f"a day in '{roles.tenure}', words in '{roles.label}'",
            allowed="words and a number of months, or two days",
            next_step="Choose a column with the tenure as a number, or the day of leaving as what says who left.",
        )
    months = _months(table, roles)
    return _Spans(months, months, left == 1, np.ones(len(left), bool), left, "the one that the label is of")


def _by_days(table: pd.DataFrame, roles: Roles, window_days: int) -> _Spans:
    if not roles.tenure:
        raise MappingError(
            f"'{roles.label}' holds days of leaving, and nothing tells when the customers came.",
            where=f"column '{roles.label}'",
            found="no first day and no tenure",
            allowed="a day of leaving together with a first day or a tenure",
            next_step="Choose the column of the first day.",
        )
    ended = table[roles.label]
    if is_day(table[roles.tenure]):
        came = table[roles.tenure]
        last = _last_day(came, ended)
    else:
        last = pd.Timestamp(ended.max())
        came = ended.fillna(last) - pd.to_timedelta(_months(table, roles) * DAYS_A_MONTH, unit="D")
    cut = last - pd.Timedelta(days=window_days)
    has_left = (ended <= last).to_numpy()
    upto = ended.where(ended <= last, last)
    teaches = ((came <= cut) & ~(ended <= cut)).to_numpy()
    told = f"the {window_days} days from {_long(cut)} to {_long(last)}"
    months = _months_from(came, upto).clip(min=0)
    then = _months_from(came, cut)
    return _Spans(months, then, has_left, teaches, (has_left & teaches).astype(np.int64), told)


def _last_day(came: pd.Series, ended: pd.Series) -> pd.Timestamp:
    """The day the file tells of: the last beginning, or the last end where ends are no terms agreed in advance."""
    last, end = pd.Timestamp(came.max()), pd.Timestamp(ended.max())
    return max(last, end) if end <= last + pd.Timedelta(days=SETTLING_DAYS) else last


def _months_from(came: pd.Series, upto: pd.Series | pd.Timestamp) -> Floats:
    return np.asarray((upto - came).dt.total_seconds() / 86_400 / DAYS_A_MONTH, dtype=np.float64)


def _long(day: pd.Timestamp) -> str:
    return long_day(date(day.year, day.month, day.day))


def _months(table: pd.DataFrame, roles: Roles) -> Floats:
    """Tenure in months, missing cells as none; unknown for all where no column tells it."""
    if not roles.tenure:
        return np.full(len(table), np.nan)
    lived = pd.to_numeric(table[roles.tenure], errors="coerce")
    if lived.notna().mean() <= NUMBER_SHARE:
        raise MappingError(
            f"'{roles.tenure}' does not say how long they have been customers.",
            where=f"column '{roles.tenure}'",
            found=", ".join(map(str, table[roles.tenure].dropna().unique()[:5])),
            allowed="a number of days, weeks, months or years, or a first day",
            next_step="Choose another column, or none.",
        )
    return np.asarray(lived.fillna(0).clip(lower=0) * MONTHS_IN[roles.unit], dtype=np.float64)


def _check_columns(table: pd.DataFrame, roles: Roles) -> None:
    known = [str(name) for name in table.columns]
    if not roles.label:
        raise MappingError(
            "No column was recognised that says who left.",
            where="the columns of the file",
            found=", ".join(known[:15]) + (f" and {len(known) - 15} more" if len(known) > 15 else ""),
            allowed="a column of words such as Churn = Yes or No, or a day of leaving that is blank for those still there",
            next_step="Choose the column below, or export the table with it.",
        )
    for name in (roles.label, roles.tenure, roles.charge, roles.customer):
        if name and name not in known:
            raise MappingError(
                f"There is no column '{name}'.{did_you_mean(name, known)}",
                found=", ".join(known[:10]),
                next_step="Name a column of the table.",
            )


def _read_label(values: pd.Series, roles: Roles) -> NDArray[np.int64]:
    found = words(values)
    if not (roles.left_words or mean_stayed(found)):
        raise MappingError(
            f"'{roles.label}' does not say of everybody whether they left.",
            where=f"column '{roles.label}'",
            found=", ".join(found[:8]),
            allowed="yes and no, true and false, 1 and 0, or any words of which you choose those that mean left",
            next_step="Choose the words that mean left below, or another column.",
        )
    return as_words(values).isin(roles.left_words).to_numpy().astype(np.int64)


def _check_enough(left: NDArray[np.int64], label: str) -> None:
    n, n_left = len(left), int(left.sum())
    if n < MIN_CUSTOMERS or min(n_left, n - n_left) < MIN_OF_EACH:
        raise TooThinError(
            "Too few customers, or too few of either outcome, to learn from.",
            where=f"column '{label}'",
            found=f"{n:,} customers, {n_left:,} of whom left",
            allowed=f"at least {MIN_CUSTOMERS} customers, and {MIN_OF_EACH} of each outcome",
            next_step="Add customers of earlier periods, those who left among them.",
        )


def _nothing_to_learn(roles: Roles) -> TooThinError:
    return TooThinError(
        "No column is left to learn from.",
        found=f"beside '{roles.label}' nothing that differs from customer to customer",
        allowed="at least one number, or text of few values",
        next_step="Leave fewer columns out, or export more of them.",
    )
