"""Who bought: the best key of a customer among the columns that could be one.

A key that is different on every order is a number of the order, whatever it is called, and one that guests share is no
person's. An e-mail address beside it that comes back tells people apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.aliases import fold
from clm_core.ingest.presets import plain_headers
from clm_core.ingest.query import one_row
from clm_core.ingest.recognising.claim import Claim
from clm_core.ingest.recognising.profile import ColumnProfile
from clm_core.ingest.splitting.read import Source

_KEY = re.compile(
    r"(customer|client|buyer|shopper|user|member|kunde|klient|cliente).*(id|mail|no|nr|number|nummer|key|code)"
)
_FIRM = re.compile(r"(id|no|nr|key|code|num\w*|mail\w*)$")
_GUESTS = ("0", "guest", "gast", "invité", "invitado", "gość", "oaspete", "гость", "anonymous", "walk-in")
_FEW_ORDERS = 20
"""Below this many orders it is no wonder that nobody came back."""


def settle_customer(
    con: Any, source: Source, profiles: Sequence[ColumnProfile], claims: dict[str, Claim]
) -> tuple[dict[str, Claim], list[Issue]]:
    """The claims with the best customer key, and what to say about it."""
    by_name = {profile.name: profile for profile in profiles}
    if c.CUSTOMER_ID not in claims:
        return claims, []
    chosen = by_name[claims[c.CUSTOMER_ID].column]
    taken = {claim.column for claim in claims.values()}
    others = [p for p in profiles if p.name not in taken and _is_firm_key(p)]
    n_orders = by_name[claims[c.ORDER_ID].column].n_distinct if c.ORDER_ID in claims else source.n_rows
    if _is_per_order(chosen, n_orders, source.n_rows):
        return _away_from_per_order(chosen, others, claims, n_orders)
    better = [p for p in others if p.blank_rate + 0.2 < chosen.blank_rate]
    mails = [p for p in others if p.looks_like == "email" and p.blank_rate < chosen.blank_rate + 0.2]
    if mails and (chosen.blank_rate > 0.2 or _is_shared(con, source, chosen)):
        reason = f"'{chosen.name}' is blank, 0 or the same for guests, the e-mail is not"
        return {**claims, c.CUSTOMER_ID: Claim(mails[0].name, 0.85, reason)}, []
    if better and chosen.blank_rate > 0.5:
        reason = f"'{chosen.name}' is blank on most rows, '{better[0].name}' is not"
        return {**claims, c.CUSTOMER_ID: Claim(better[0].name, 0.8, reason)}, []
    return claims, []


def _away_from_per_order(
    chosen: ColumnProfile, others: Sequence[ColumnProfile], claims: dict[str, Claim], n_orders: int
) -> tuple[dict[str, Claim], list[Issue]]:
    """Take a key that comes back instead of one that is different on every order; without one, say so."""
    repeating = [p for p in others if 0.1 * n_orders <= p.n_distinct <= 0.99 * n_orders and p.blank_rate <= 0.5]
    if repeating:
        other = repeating[0]
        reason = f"'{chosen.name}' is different on every order, '{other.name}' comes back"
        message = f"'{chosen.name}' is different on every order, so it cannot tell customers: '{other.name}' was taken."
        issue = Issue("info", "customer_key_per_order", message, examples=chosen.samples[:3], switch="columns")
        return {**claims, c.CUSTOMER_ID: Claim(other.name, 0.85, reason)}, [issue]
    if n_orders < _FEW_ORDERS:
        return claims, []
    message = (
        f"'{chosen.name}' is different on every order, so nobody seems to have bought twice. If it is a number of the order, "
        "choose the column that tells customers, such as their e-mail."
    )
    return claims, [Issue("warning", "customer_key_per_order", message, 0, chosen.samples[:3], "columns")]


def _is_firm_key(profile: ColumnProfile) -> bool:
    """True for ids, numbers and e-mail addresses of customers; names and telephone numbers are shared and change."""
    name = fold(profile.name)
    if profile.looks_like in ("empty", "date") or "phone" in name:
        return False
    is_known = name in plain_headers("orders").get(c.CUSTOMER_ID, ()) and bool(_FIRM.search(name))
    return profile.looks_like == "email" or is_known or bool(_KEY.search(name))


def _is_per_order(profile: ColumnProfile, n_orders: int, n_rows: int) -> bool:
    n_filled = round(n_rows * (1 - profile.blank_rate))
    return n_orders >= 3 and profile.n_distinct >= 0.995 * min(n_orders, n_filled) and profile.blank_rate < 0.5


def _is_shared(con: Any, source: Source, profile: ColumnProfile) -> bool:
    """True when a word for guests, or one value on a fifth of many rows, stands where an id should."""
    if any(sample.lower() in _GUESTS for sample in profile.samples):
        return True
    column = source.sql(profile.name)
    (most,) = one_row(
        con,
        f"select max(n) from (select count(*) as n from source where known({column}) is not null group by {column})",
    )
    return source.n_rows >= 5 * _FEW_ORDERS and profile.n_distinct > 2 and int(most or 0) > 0.2 * source.n_rows
