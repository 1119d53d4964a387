"""Roles by content alone, for files without a header."""

from __future__ import annotations

from collections.abc import Sequence

from clm_core import columns as c
from clm_core.ingest.recognising.claim import Claim
from clm_core.ingest.recognising.profile import ColumnProfile
from clm_core.ingest.roles import TableKind


def guess_by_content(profiles: Sequence[ColumnProfile], kind: TableKind) -> dict[str, Claim]:
    """Guess customer, date, amount and quantity of an orders file from what the cells look like."""
    if kind != "orders":
        return {}
    claims: dict[str, Claim] = {}
    dates = [p for p in profiles if p.looks_like == "date"]
    if dates:
        claims[c.ORDERED_AT] = Claim(dates[0].name, 0.8, "its cells are dates")
    numbers = [p for p in profiles if p.looks_like == "number" and p.blank_rate < 0.5]
    money = [p for p in numbers if any("." in s or "," in s for s in p.samples)]
    if money:
        claims[c.AMOUNT] = Claim(money[-1].name, 0.6, "its cells are numbers with decimals")
    ids = [p for p in profiles if p not in money and p not in dates and p.blank_rate < 0.5]
    if ids:
        customer = max(ids, key=lambda p: (p.looks_like == "email", p.n_distinct, -profiles.index(p)))
        claims[c.CUSTOMER_ID] = Claim(
            customer.name, 0.5, "it is the first column with many different values that repeat"
        )
    counts = [p for p in numbers if p not in money and p not in ids[:1] and all(_is_small(s) for s in p.samples)]
    free = [p for p in counts if p.name not in {claim.column for claim in claims.values()}]
    if free and c.AMOUNT in claims:
        claims[c.QUANTITY] = Claim(free[-1].name, 0.5, "its cells are small whole numbers")
    return claims


def _is_small(sample: str) -> bool:
    return len(sample.lstrip("-")) <= 3
