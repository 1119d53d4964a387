"""One currency for all orders: which is counted, what is converted, what is set aside. Different ones are never added up."""

from __future__ import annotations

from typing import Any

from clm_core.errors import Issue
from clm_core.ingest.built import NO_CURRENCY, OTHER_CURRENCY, counted
from clm_core.ingest.cells import Cells
from clm_core.ingest.order_lines import has_amounts
from clm_core.ingest.values import literal

_MONEY = ("amount", "worth", "refunded", "tax")


def settle_currency(con: Any, cells: Cells, *, discount_is_rate: bool) -> tuple[str, list[Issue]]:
    """Bring the lines of ``judged`` into one currency, or set them aside; return its ISO code, empty where none is told."""
    chosen = cells.mapping.currency.upper()
    if not has_amounts(cells):
        return chosen, []
    rows = con.execute(
        "select currency, count(*) from judged where reason is null group by 1 order by 2 desc, 1"
    ).fetchall()
    counts = {str(code): int(n) for code, n in rows if code is not None}
    chosen = chosen or next(iter(counts), "")
    others = [code for code in counts if code != chosen]
    if not others:
        return chosen, []
    rates = {code.upper(): rate for code, rate in cells.mapping.rates.items() if code.upper() in others}
    _convert(con, rates, _MONEY if discount_is_rate else (*_MONEY, "discount"))
    known = ", ".join(literal(code) for code in (chosen, *rates))
    con.execute(
        f"""update judged set reason = if(currency is null, {literal(NO_CURRENCY)}, {literal(OTHER_CURRENCY)})
        where reason is null and (currency is null or currency not in ({known}))"""
    )
    return chosen, [_issue(counts, chosen, rates)]


def _convert(con: Any, rates: dict[str, float], columns: tuple[str, ...]) -> None:
    if not rates:
        return
    con.execute("create temp table rates (code varchar, rate double)")
    con.executemany("insert into rates values (?, ?)", list(rates.items()))
    changes = ", ".join(f"{column} = {column} * rate" for column in columns)
    con.execute(f"update judged set {changes} from rates where code = currency")


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
