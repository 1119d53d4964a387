"""How well the tables know each other: how many keys of each further table are found among the orders, and why not."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from clm_core import columns as c
from clm_core.tables import Tables
from clm_core.wording import count

POOR = 0.5
"""Below this share of matched keys it is worth asking whether another column is the key."""


@dataclass(frozen=True)
class KeyMatch:
    """Distinct keys of one table, how many of them stand in the orders too, and a hint where few do."""

    kind: str
    key: str
    n_keys: int
    n_matched: int
    hint: str = ""

    @property
    def share(self) -> float:
        """Matched keys as a share of all; 0 where there are none."""
        return self.n_matched / self.n_keys if self.n_keys else 0.0


def match_keys(tables: Tables) -> tuple[KeyMatch, ...]:
    """One :class:`KeyMatch` for each table given beside the orders; spend is matched by channel where orders have one."""
    pairs = [("customers", c.CUSTOMER_ID), ("events", c.CUSTOMER_ID), ("spend", c.CHANNEL)]
    matches = []
    for kind, key in pairs:
        table = getattr(tables, kind)
        if table is not None and key in tables.orders.column_names:
            matches.append(_match(kind, key, _distinct(table[key]), _distinct(tables.orders[key])))
    return tuple(matches)


def _distinct(column: pa.ChunkedArray) -> pa.Array:
    return pc.drop_null(pc.unique(column))


def _match(kind: str, key: str, keys: pa.Array, known: pa.Array) -> KeyMatch:
    n_matched = _n_common(keys, known)
    is_poor = len(keys) > 0 and len(known) > 0 and n_matched < POOR * min(len(keys), len(known))
    return KeyMatch(kind, key, len(keys), n_matched, _hint(keys, known, n_matched) if is_poor else "")


def _n_common(keys: pa.Array, known: pa.Array) -> int:
    return int(pc.sum(pc.is_in(keys, value_set=known)).as_py() or 0)


def _hint(keys: pa.Array, known: pa.Array, n_matched: int) -> str:
    """What would match more keys: letter case, leading zeros; or that the two files name people in different ways."""
    for words, form in (("differ in capital letters", pc.utf8_lower), ("differ in leading zeros", _without_zeros)):
        more = _n_common(pc.unique(form(keys)), pc.unique(form(known)))
        if more > n_matched:
            return f"{count(more - n_matched, 'more key')} would match: they {words}."
    here, there = _are_emails(keys), _are_emails(known)
    if here != there:
        told = {True: "e-mail", False: "another id"}
        return f"This file names people by {told[here]}, the orders by {told[there]}: choose the same kind of column in both."
    return "Do both files belong to the same shop and period?"


def _without_zeros(keys: pa.Array) -> pa.Array:
    return pc.utf8_ltrim(keys, "0")


def _are_emails(keys: pa.Array) -> bool:
    return bool(pc.mean(pc.match_substring(keys, "@")).as_py() > 0.5)
