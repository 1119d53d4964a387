"""Numbers as a person reads them."""

from __future__ import annotations

import math
from datetime import date

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "CNY": "¥", "INR": "₹", "PLN": "zł ", "CHF": "CHF "}


SMALL_GROUP = 30
"""Below this many people a figure says little; it is shown marked."""


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 customer`, `1,234 customers`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def first_upper(words: str) -> str:
    """The words with a capital at the beginning, the rest as it is."""
    return words[:1].upper() + words[1:]


def percent(share: float, digits: int = 1) -> str:
    """`6.6 %`; an unknown share is `unknown`."""
    return "unknown" if not math.isfinite(share) else f"{share * 100:.{digits}f} %".replace("-", "−")


def money(amount: float, currency: str = "", *, exact: bool = False) -> str:
    """`£1.2k` for charts and sentences, `£1,234.50` when exact; an unknown currency is left out."""
    if not math.isfinite(amount):
        return "unknown"
    sign = _SIGNS.get(currency, f"{currency} " if currency else "")
    minus = "−" if amount < 0 else ""
    return f"{minus}{sign}{f'{abs(amount):,.2f}' if exact else _short(abs(amount))}"


def _short(amount: float) -> str:
    if amount >= 999_950:
        return f"{amount / 1_000_000:,.1f}m"
    if amount >= 9_995:
        return f"{amount / 1000:,.0f}k"
    if amount >= 999.5:
        return f"{amount / 1000:,.1f}k"
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:,.2f}"


def interval(share: float, low: float, high: float) -> str:
    """`18 % (15–22 %)`."""
    return f"{percent(share, 0)} ({low * 100:.0f}–{high * 100:.0f} %)"


def signed(n: int) -> str:
    """`+312`, `−40`, `±0`."""
    return "±0" if n == 0 else f"{'+' if n > 0 else '−'}{abs(n):,}"


def month(day: date) -> str:
    """`Mar 2026`."""
    return day.strftime("%b %Y")


def period_name(start: date, unit: str) -> str:
    """`Mar 2026` for a month, `Q1 2026` for a quarter that begins on the day."""
    return f"Q{(start.month + 2) // 3} {start.year}" if unit == "quarter" else month(start)


def long_day(day: date) -> str:
    """`9 December 2011`."""
    return f"{day.day} {day.strftime('%B %Y')}"
