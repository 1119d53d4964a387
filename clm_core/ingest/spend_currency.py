"""The currency that costs are counted in: from its column, the sign in the cells, or the header ``Amount spent (USD)``."""

from __future__ import annotations

import re
from typing import Any

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.aliases import CURRENCY_CODES, CURRENCY_OF_SIGN
from clm_core.ingest.built import counted
from clm_core.ingest.cells import Cells
from clm_core.ingest.roles import CURRENCY
from clm_core.ingest.values import MONEY, literal

OTHER_CURRENCY = "another currency"


def currency_sql(cells: Cells) -> str:
    """SQL for the currency of a row's money by its ISO code, null where nothing tells it."""
    header = literal(_in_header(cells)) if _in_header(cells) else "null::varchar"
    money = next((role for role in (c.COST, c.REVENUE) if cells.has(role)), None)
    if money is None:
        return "null::varchar"
    codes = {
        **{code: code for code in CURRENCY_CODES},
        **{sign.upper(): code for sign, code in CURRENCY_OF_SIGN.items()},
    }
    listed = ", ".join(f"{literal(sign)}: {literal(code)}" for sign, code in codes.items())
    sign = f"upper(regexp_extract({cells.raw(money)}, {literal('(?i)' + MONEY)}))"
    return f"coalesce(upper({cells.value(CURRENCY)}), map {{{listed}}}[{sign}], {header})"


def choose_currency(con: Any, cells: Cells) -> tuple[str, list[Issue]]:
    """The currency to count in: the mapping's, else the most frequent of ``spend_read``; what several of them mean."""
    rows = con.execute(
        """select currency, count(*) from spend_read
        where problem is null and not is_total and currency is not null group by 1 order by 2 desc, 1"""
    ).fetchall()
    counts = {str(code): int(n) for code, n in rows}
    chosen = cells.mapping.currency.upper() or next(iter(counts), "")
    others = {code: n for code, n in counts.items() if code != chosen}
    if not others:
        return chosen, []
    listed = ", ".join(f"{code} ({counted(n, 'row')})" for code, n in counts.items())
    left_out = [code for code in others if code not in cells.mapping.rates]
    message = f"Costs are in several currencies: {listed}. They are counted in {chosen}; "
    message += (
        f"{', '.join(left_out)} is set aside, because no rate is given for it." if left_out else "others are converted."
    )
    severity: Any = "warning" if left_out else "info"
    return chosen, [Issue(severity, "several_currencies", message, sum(others.values()), tuple(others)[:5], "rates")]


def rate_sql(cells: Cells, chosen: str) -> str:
    """SQL for what one unit of the row's currency is worth in the chosen one; null where that is not known."""
    rates = {**cells.mapping.rates, chosen: 1.0}
    listed = " ".join(f"when {literal(code)} then {rate!r}::double" for code, rate in rates.items())
    return f"case coalesce(currency, {literal(chosen)}) {listed} end"


def _in_header(cells: Cells) -> str:
    names = (cells.mapping.columns.get(role, "") for role in (c.COST, c.REVENUE))
    return next((code for name in names for code in re.findall(r"\b[A-Z]{3}\b", name) if code in CURRENCY_CODES), "")
