"""One currency for a whole table: which is counted, what is converted, what is set aside. Different ones are never added up."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.building.built import NO_CURRENCY, OTHER_CURRENCY
from clm_core.ingest.building.reasons import give_reason, multiply
from clm_core.ingest.query import literal, one_row
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.currencies import header_currency
from clm_core.ingest.roles import CURRENCY, UNIT_PRICE
from clm_core.wording import count as counted

# a currency may stand beside their numbers
_MONEY_ROLES = (c.AMOUNT, UNIT_PRICE, c.COST, c.REVENUE)


def row_currency_sql(cells: Cells, role: str) -> str:
    """The currency of a row: its own column's, the one beside the role's amount, or that in the amount's header."""
    told = [cells.value(CURRENCY), cells.sign(role)]
    if code := header_currency(cells.mapping.columns.get(role, "")):
        told.append(literal(code))
    return f"coalesce({', '.join(told)})"


def settle_currency(con: Any, cells: Cells, money: tuple[str, ...]) -> tuple[str, list[Issue]]:
    """Bring the columns ``money`` of ``judged`` into one currency, or set their rows aside.

    Returns the currency's ISO code, empty where none is told, and what was noticed.
    """
    chosen = cells.mapping.currency.upper()
    if not money or not _is_told(cells):
        return chosen, []
    if (only := _only_currency(con, cells)) and chosen in ("", only):
        return only, []
    rows = con.execute(
        "select currency, count(*) from judged where reason is null group by 1 order by 2 desc, 1"
    ).fetchall()
    counts = {str(code): int(n) for code, n in rows if code is not None}
    chosen = chosen or next(iter(counts), "")
    others = [code for code in counts if code != chosen]
    if not others:
        return chosen, []
    rates = {code.upper(): rate for code, rate in cells.mapping.rates.items() if code.upper() in others}
    if rates:
        multiply(con, money, rates)
    known = ", ".join(literal(code) for code in (chosen, *rates))
    give_reason(
        con,
        f"if(currency is null, {literal(NO_CURRENCY)}, {literal(OTHER_CURRENCY)})",
        f"reason is null and (currency is null or currency not in ({known}))",
    )
    return chosen, [_issue(counts, chosen, rates)]


def _only_currency(con: Any, cells: Cells) -> str:
    """The currency that the column of currencies names on every row; an empty text where there is none such."""
    if not cells.has(CURRENCY):
        return ""
    only, n, is_everywhere = one_row(
        con,
        f"select min(value), count(distinct value), bool_and(value is not null) from ({cells.counts_sql(CURRENCY)})",
    )
    return str(only) if n == 1 and is_everywhere else ""


def _is_told(cells: Cells) -> bool:
    """True where something of the file can name a currency: without it no row has to be asked."""
    return (
        cells.has(CURRENCY)
        or CURRENCY in cells.mapping.constants
        or any(cells.needs_reading(role) for role in _MONEY_ROLES)
        or any(header_currency(name) for name in cells.mapping.columns.values())
    )


def _issue(counts: dict[str, int], chosen: str, rates: dict[str, float]) -> Issue:
    listed = ", ".join(f"{code} ({counted(n, 'row')})" for code, n in counts.items())
    converted = [code for code in counts if code in rates]
    left_out = [code for code in counts if code not in rates and code != chosen]
    message = f"Amounts are in several currencies: {listed}. They are counted in {chosen}"
    if converted:
        message += f"; {', '.join(converted)} converted at your rates"
    if left_out:
        message += f"; {', '.join(left_out)} set aside, because no rate is given"
    n_others = sum(n for code, n in counts.items() if code != chosen)
    severity = "warning" if left_out else "info"
    return Issue(severity, "several_currencies", message + ".", n_others, tuple(counts)[:5], "currency")  # type: ignore[arg-type]
