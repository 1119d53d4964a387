"""Currencies in text: the sign or code beside an amount, the word in a column of its own, the code in a header."""

from __future__ import annotations

import re

from clm_core.ingest.aliases import CURRENCY_CODES, CURRENCY_OF_SIGN, SHARED_SIGNS
from clm_core.ingest.query import literal
from clm_core.ingest.reading.values import MONEY

_CODES = {word.upper(): code for word, code in CURRENCY_OF_SIGN.items() if code}
_MAP = f"map {{{', '.join(f'{literal(word)}: {literal(code)}' for word, code in _CODES.items())}}}"


def header_currency(name: str) -> str:
    """The ISO code in a header such as ``Amount (CHF)``, or an empty text."""
    return next((code for code in re.findall(r"[A-Z]{3}", name) if code in CURRENCY_CODES), "")


def currency_sql(cell: str) -> str:
    """SQL that reads a cell holding nothing but a currency: ``eur``, ``€`` and ``Euro`` are EUR."""
    word = f"upper(rtrim(decoded({cell}), '.'))"
    return f"coalesce({_MAP}[{word}], {word})"


def amount_currency_sql(cell: str, header: str) -> str:
    """SQL that reads the currency beside an amount; a sign that countries share is the header's currency."""
    sign = f"upper(rtrim(regexp_extract(decoded({cell}), {literal('(?i)' + MONEY)}), '.'))"
    shared = ", ".join(literal(word.upper()) for word in SHARED_SIGNS)
    if code := header_currency(header):
        return f"case when {sign} in ({shared}, '') then {literal(code)} else coalesce({_MAP}[{sign}], {sign}) end"
    return f"coalesce({_MAP}[{sign}], nullif(nullif({sign}, ''), 'KR'))"
