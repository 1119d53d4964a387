"""Text rows to orders: lines are read, completed from their order, judged, brought into one currency, and added up."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from clm_core import columns as c
from clm_core.ingest.building.built import CREDIT_NOTE, FREE, Built, check_any_kept, checked
from clm_core.ingest.building.judging import create_judged
from clm_core.ingest.building.one_currency import settle_currency
from clm_core.ingest.building.order_findings import order_issues
from clm_core.ingest.building.order_lines import (
    GOODS,
    LABELS,
    create_lines,
    has_amounts,
    is_discount_rate,
    is_order_grain,
)
from clm_core.ingest.building.reasons import give_reason
from clm_core.ingest.building.statuses import count_statuses, create_statuses
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow, arrow_on_disk, literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.distinct import are_many
from clm_core.ingest.roles import REFUNDED, TAX
from clm_core.ingest.splitting.read import Source
from clm_core.tables import ORDERS


def build_orders(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the orders table from ``source``; leave ``judged`` behind."""
    cells = Cells(con, source, mapping, "orders")
    create_statuses(con, cells)
    is_rate = is_discount_rate(con, cells)
    lines = create_lines(con, cells, discount_is_rate=is_rate)
    create_judged(con, cells, lines)
    money = ("amount", "worth", "refunded", "tax", *(() if is_rate else (c.DISCOUNT,))) if has_amounts(cells) else ()
    currency, currency_issues = settle_currency(con, cells, money)
    con.execute(f"create temp view counted as {_orders_sql(cells, is_discount_rate=is_rate)}")
    _leave_out(con, mapping)
    check_any_kept(con, source)
    table = checked(_in_order(con, cells), ORDERS)
    con.register("orders", table)
    issues = (*order_issues(con, cells, table, is_discount_rate=is_rate), *currency_issues)
    return Built(table, issues, currency, statuses=count_statuses(con, lines))


def _in_order(con: Any, cells: Cells) -> pa.Table:
    """The orders by time; those of a large file that has one a row stay as they stand in it.

    Sorting tens of millions of orders takes longer than all else, and whoever reads the table sorts what has to be sorted.
    """
    orders, is_large = "select * exclude (is_free) from counted", are_many(cells.source.n_rows)
    if is_large and _is_one_line_each(cells):
        return arrow_on_disk(con, orders)
    return (arrow_on_disk if is_large else arrow)(con, f"{orders} order by ordered_at, order_id, customer_id")


def _leave_out(con: Any, mapping: Mapping) -> None:
    """Set aside the orders that the mapping does not count; without their lines they are gone from ``counted``."""
    unwanted = {FREE: "is_free"} if mapping.free_orders == "leave_out" else {}
    if mapping.refunds == "ignore":
        unwanted[CREDIT_NOTE] = "amount < 0"
    for reason, test in unwanted.items():
        unwanted_orders = f"(order_id, customer_id) in (select (order_id, customer_id) from counted where {test})"
        give_reason(con, literal(reason), f"reason is null and {unwanted_orders}")


def _orders_sql(cells: Cells, *, is_discount_rate: bool) -> str:
    total = "max" if is_order_grain(cells) else "sum"  # an order's lines repeat its money, or add up to it
    chosen = ", ".join(["", *_optional_columns(cells, is_discount_rate=is_discount_rate)])
    return f"""
    with grouped_orders as (select order_id, customer_id, {_of_lines(cells, "min", "ordered_at")} as ordered_at,
            {_of_lines(cells, total, "amount")} as gross, {_of_lines(cells, total, "tax")} as tax,
            {_returned(cells, total)} as returned, {_of_lines(cells, "bool_and", "amount = 0")} as is_worthless,
            {_of_lines(cells, "bool_or", "meaning = 'refunded'")} as is_refunded,
            {"1" if _is_one_line_each(cells) else "count(*)"}::int as n_lines{chosen}
        from judged where reason is null {"" if _is_one_line_each(cells) else "group by order_id, customer_id"}),
    paid_orders as (select *, round({_net(cells)}, 6) + 0.0 as amount, coalesce(is_worthless and returned = 0, false) as is_free
        from grouped_orders)
    select order_id, customer_id, ordered_at, date_diff('day', date '1970-01-01', ordered_at::date)::int as day, amount,
        {"amount > 0 or is_free" if has_amounts(cells) else "not coalesce(is_refunded, false)"} as is_purchase, n_lines
        {_selected(cells)}, is_free from paid_orders"""


def _is_one_line_each(cells: Cells) -> bool:
    """True when no order has a second line: then nothing has to be grouped."""
    return cells.is_unique(c.ORDER_ID)


def _of_lines(cells: Cells, aggregate: str, value: str, by: str = "") -> str:
    """An aggregate over the lines of an order that say something; of a single line it is what that line says."""
    if _is_one_line_each(cells):
        return value
    return f"{aggregate}({value}, {by}) filter (where {value} is not null)" if by else f"{aggregate}({value})"


def _returned(cells: Cells, total: str) -> str:
    """What was given back; an order called refunded, of which no amount is told, gave back all of it."""
    if cells.mapping.refunds == "ignore" or not has_amounts(cells):
        return "0.0"
    whole = _of_lines(cells, total, "case when meaning = 'refunded' and amount > 0 then amount else 0 end")
    told = f"nullif({_of_lines(cells, total, 'refunded')}, 0)" if cells.has(REFUNDED) else "null"
    return f"coalesce({told}, {whole})"


def _net(cells: Cells) -> str:
    """The order's amount less what was given back and, on request, the tax on what was kept."""
    if not has_amounts(cells):
        return "null::double"
    if cells.mapping.taxes == "keep" or not cells.has(TAX):
        return "gross - returned"
    # a refund gives its tax back too: half an order returned is half its tax
    return "(gross - returned) * (1 - coalesce(tax / nullif(gross, 0), 0))"


def _optional_columns(cells: Cells, *, is_discount_rate: bool) -> list[str]:
    columns = []
    if cells.has(c.DISCOUNT):
        value = "case when discount < 1 then amount * discount / (1 - discount) end" if is_discount_rate else "discount"
        total = _of_lines(cells, "sum", value)
        if is_order_grain(cells) and not _is_one_line_each(cells):
            # an order's own discount is repeated or on its first line; line discounts differ and add up
            total = f"case when count(distinct discount) <= 1 then max({value}) else sum({value}) end"
        columns.append(f"round({total}, 6) as discount")
    if cells.has(c.QUANTITY):
        columns.append(f"{_of_lines(cells, 'sum', 'quantity')} as quantity")
    columns += [f"{_of_lines(cells, 'arg_min', r, 'row')} as {r}" for r in LABELS if cells.has(r)]
    largest = "struct_pack(worth := coalesce(worth, '-infinity'::double), back := -row)"
    columns += [f"{_of_lines(cells, 'arg_max', r, largest)} as {r}" for r in GOODS if cells.has(r)]
    return columns


def _selected(cells: Cells) -> str:
    names = [role for role in (c.DISCOUNT, c.QUANTITY) if cells.has(role)]
    if cells.has(c.QUANTITY) and has_amounts(cells):
        names.append("amount / nullif(quantity, 0) as price_paid")
    names += [role for role in (*LABELS, *GOODS) if cells.has(role)]
    return "".join(f", {name}" for name in names)
