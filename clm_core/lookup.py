"""Whom to look at: people found by a part of their id, and some that are worth a look."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame

MOST_FOUND = 50
_WORTH = "spend_365d"


def find_people(today: Frame, part: str, most: int = MOST_FOUND) -> list[str]:
    """Ids that hold ``part``, whatever its case, an equal one first, then by id; at most ``most``.

    ``today`` is the frame of features at the as-of day.
    """
    asked = part.strip().lower()
    held = today.select(c.CUSTOMER_ID).filter(
        nw.col(c.CUSTOMER_ID).str.to_lowercase().str.contains(asked, literal=True)
    )
    is_other = (nw.col(c.CUSTOMER_ID).str.to_lowercase() != asked).alias("is_other")
    found = collect(held.with_columns(is_other).sort("is_other", c.CUSTOMER_ID).head(most))
    return [str(one) for one in found[c.CUSTOMER_ID]]


def suggest_people(today: Frame, leaving: pd.DataFrame, each: int = 4) -> dict[str, str]:
    """Some ids and why they are worth a look: about to leave, most valuable, newest without an order.

    ``leaving`` is what :func:`clm_core.silence.early_warning` gives, the most valuable first.
    """
    found: dict[str, str] = {str(one): "about to leave" for one in leaving[c.CUSTOMER_ID].head(each)}
    for why, ids in _rankings(today, each):
        for one in ids:
            found.setdefault(one, why)
    return found


def _rankings(today: Frame, each: int) -> Iterator[tuple[str, list[str]]]:
    def first(people: Frame, by: str, *, is_largest: bool) -> list[str]:
        ranked = people.filter(~nw.col(by).is_null()).sort(by, c.CUSTOMER_ID, descending=[is_largest, False])
        return [str(one) for one in collect(ranked.select(c.CUSTOMER_ID, by).head(each))[c.CUSTOMER_ID]]

    spent = first(today, _WORTH, is_largest=True)
    yield "most spent in a year", spent
    if not spent:
        yield "most orders in a year", first(today, "n_orders_365d", is_largest=True)
    yield "newest without an order", first(today.filter(nw.col(c.N_ORDERS) == 0), c.TENURE_DAYS, is_largest=False)
