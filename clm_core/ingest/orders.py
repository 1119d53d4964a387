"""Text rows to orders: lines are read, completed from their order, judged, and added up."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.ingest.aliases import DEAD_STATUS, REFUNDED_STATUS
from clm_core.ingest.built import (
    BAD_AMOUNT,
    BAD_DATE,
    CANCELLED,
    DEAD,
    NO_AMOUNT,
    NO_CUSTOMER,
    NO_DATE,
    Built,
    check_any_kept,
    checked,
)
from clm_core.ingest.cells import Cells
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.order_findings import find_currency, order_issues
from clm_core.ingest.query import arrow, one_row
from clm_core.ingest.read import Source
from clm_core.ingest.roles import CANCELLED_AT, CURRENCY, REFUNDED, STATUS, UNIT_PRICE
from clm_core.ingest.values import literal
from clm_core.tables import ORDERS

_LABELS = (c.CHANNEL, c.COUNTRY, c.SEGMENT)
_GOODS = (c.PRODUCT, c.CATEGORY)
# what an order says once, on its first line, and leaves blank on the others
_OF_ORDER = (c.ORDERED_AT, c.AMOUNT, REFUNDED, STATUS, CANCELLED_AT, CURRENCY, *_LABELS)


def build_orders(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the orders table from ``source``; leave ``judged`` behind."""
    cells = Cells(con, source, mapping, "orders")
    _create_lines(con, cells)
    lines = _complete(con, cells)
    _create_judged(con, cells, lines)
    check_any_kept(con, source)
    is_rate = _is_discount_rate(con, cells)
    con.execute(f"create temp table orders as {_orders_sql(cells, is_discount_rate=is_rate)}")
    table = arrow(con, "from orders order by day, ordered_at, order_id, customer_id")
    currency, currency_issues = find_currency(con, cells)
    issues = (*order_issues(con, cells, is_discount_rate=is_rate), *currency_issues)
    return Built(checked(table, ORDERS), issues, currency)


def has_amounts(cells: Cells) -> bool:
    """True when the file tells what was paid, directly or as quantity × price."""
    return cells.has(c.AMOUNT) or (cells.has(c.QUANTITY) and cells.has(UNIT_PRICE))


def _create_lines(con: Any, cells: Cells) -> None:
    """Read every role of every row once."""
    price = f"{cells.value(c.QUANTITY)} * {cells.value(UNIT_PRICE)}"
    amount, is_given = cells.value(c.AMOUNT), cells.is_given(c.AMOUNT)
    if not cells.has(c.AMOUNT) and has_amounts(cells):
        amount, is_given = price, f"{cells.is_given(c.QUANTITY)} and {cells.is_given(UNIT_PRICE)}"
    worth = amount if cells.mapping.amount_grain == "line" else price
    texts = ", ".join(f"{cells.value(role)} as {role}" for role in (*_LABELS, *_GOODS))
    # read once and passed on, or read again to complete each other
    form = "table" if _shared_cells(cells) else "view"
    con.execute(
        f"""create temp {form} lines as
        select s.rowid + 1 as row, s.problem as problem, {cells.value(c.CUSTOMER_ID)} as customer_id,
            {cells.value(c.ORDER_ID)} as order_id, {cells.value(c.ORDERED_AT)} as ordered_at,
            {cells.is_given(c.ORDERED_AT)} as has_date, {amount} as amount, {is_given} as has_amount, {worth} as worth,
            {cells.value(c.QUANTITY)} as quantity, abs({cells.value(REFUNDED)}) as refunded,
            {cells.value(c.DISCOUNT)} as discount, lower({cells.value(STATUS)}) as status,
            case when lower({cells.value(CANCELLED_AT)}) not in ('false', 'no', 'n', '0')
                 then {cells.value(CANCELLED_AT)} end as cancelled_at,
            upper({cells.value(CURRENCY)}) as currency, {texts}
        from {cells.rows}"""
    )


def _shared_cells(cells: Cells) -> tuple[str, ...]:
    """The cells that lines of one order have in common and may leave blank; none where orders have no number."""
    if not cells.has(c.ORDER_ID):
        return ()
    wanted = _OF_ORDER if cells.mapping.amount_grain == "order" else (STATUS, CANCELLED_AT)
    return wanted if any(cells.has(role) for role in wanted) else ()


def _complete(con: Any, cells: Cells) -> str:
    """Fill blank cells of an order's further lines from its first ones; return the table to go on with."""
    wanted, base = _shared_cells(cells), "lines"
    if not wanted:
        return base
    is_order_grain = cells.mapping.amount_grain == "order"
    if is_order_grain:
        con.execute(
            """create temp table owned as select l.* replace (coalesce(l.customer_id, f.customer_id) as customer_id)
            from lines l left join (select order_id, arg_min(customer_id, row) as customer_id from lines
                where customer_id is not null group by order_id) f on f.order_id = l.order_id"""
        )
        base = "owned"
    firsts = ", ".join(f"arg_min({name}, row) filter (where {name} is not null) as {name}" for name in wanted)
    # the order's amount is its first one, whatever later lines repeat; the rest only fills blanks
    fills = [f"coalesce(l.{name}, f.{name}) as {name}" for name in wanted if name not in ("amount", "ordered_at")]
    if is_order_grain:
        fills.append("case when l.has_amount and l.amount is null then null else f.amount end as amount")
        fills.append("case when l.has_date then l.ordered_at else f.ordered_at end as ordered_at")
    con.execute(
        f"""create temp table completed as select l.* replace ({", ".join(fills)})
        from {base} l left join (select order_id, customer_id, {firsts} from {base} group by all) f
            on f.order_id = l.order_id and f.customer_id = l.customer_id"""
    )
    return "completed"


def _create_judged(con: Any, cells: Cells, lines: str) -> None:
    """Give each line the first reason that keeps it out, or none."""
    money = ""
    if has_amounts(cells):
        money = f"when amount is null then if(has_amount, {literal(BAD_AMOUNT)}, {literal(NO_AMOUNT)})"
    con.execute(
        f"""create temp table judged as
        select * replace (coalesce(order_id, {_row_id(cells)}) as order_id), order_id is null as is_alone, case
            when problem is not null then problem
            when customer_id is null then {literal(NO_CUSTOMER)}
            when ordered_at is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})
            {money}
            when regexp_matches(replace(status, '_', ' '), {literal(DEAD_STATUS)}) then {literal(DEAD)}
            when cancelled_at is not null then {literal(CANCELLED)} end as reason
        from {lines}"""
    )


def _row_id(cells: Cells) -> str:
    """A row without order number is an order of its own; its name must not meet a real number."""
    return "'row-' || row::varchar" if cells.has(c.ORDER_ID) else "row::varchar"


def _is_discount_rate(con: Any, cells: Cells) -> bool:
    """True when all discounts lie between 0 and 1 with fractions among them: shares, not money."""
    if not cells.has(c.DISCOUNT) or not has_amounts(cells):
        return False
    (is_rate,) = one_row(
        con,
        "select bool_and(discount between 0 and 1) and bool_or(discount > 0 and discount < 1) from judged "
        "where reason is null and discount is not null",
    )
    return bool(is_rate)


def _orders_sql(cells: Cells, *, is_discount_rate: bool) -> str:
    money = "null::double" if not has_amounts(cells) else "round(any_value(amount) - max(returned), 6) + 0.0"
    if has_amounts(cells) and cells.mapping.amount_grain == "line":
        money = "round(sum(amount) - sum(returned), 6) + 0.0"
    optional = _optional_columns(cells, is_discount_rate=is_discount_rate)
    chosen = ", ".join(["", *optional])
    return f"""
    with kept as (select *, {_returned(cells)} as returned,
            coalesce(regexp_full_match(status, {literal(REFUNDED_STATUS)}), false) as is_refunded
        from judged where reason is null),
    grouped_orders as (select order_id, customer_id, min(ordered_at) as ordered_at, {money} as amount,
            bool_and(amount = 0 and returned = 0) as is_free, bool_or(is_refunded) as is_refunded,
            count(*)::int as n_lines{chosen}
        from kept group by order_id, customer_id)
    select order_id, customer_id, ordered_at, date_diff('day', date '1970-01-01', ordered_at::date)::int as day, amount,
        {"amount > 0 or is_free" if has_amounts(cells) else "not is_refunded"} as is_purchase, n_lines
        {_selected(cells)} from grouped_orders"""


def _returned(cells: Cells) -> str:
    """What was given back on a line; a refunded order without that column gave back all of it."""
    if cells.has(REFUNDED):
        return "coalesce(refunded, 0)"
    full = f"coalesce(regexp_full_match(status, {literal(REFUNDED_STATUS)}), false)"
    return f"case when {full} and amount > 0 then amount else 0 end"


def _optional_columns(cells: Cells, *, is_discount_rate: bool) -> list[str]:
    columns = []
    if cells.has(c.DISCOUNT):
        value = "case when discount < 1 then amount * discount / (1 - discount) end" if is_discount_rate else "discount"
        total = f"sum({value})"
        if cells.mapping.amount_grain == "order":
            # an order's own discount is repeated or on its first line; line discounts differ and add up
            total = f"case when count(distinct discount) <= 1 then max({value}) else sum({value}) end"
        columns.append(f"round({total}, 6) as discount")
    if cells.has(c.QUANTITY):
        columns.append("sum(quantity) as quantity")
    columns += [f"arg_min({r}, row) filter (where {r} is not null) as {r}" for r in _LABELS if cells.has(r)]
    largest = "struct_pack(worth := coalesce(worth, '-infinity'::double), back := -row)"
    columns += [f"arg_max({r}, {largest}) filter (where {r} is not null) as {r}" for r in _GOODS if cells.has(r)]
    return columns


def _selected(cells: Cells) -> str:
    names = [role for role in (c.DISCOUNT, c.QUANTITY) if cells.has(role)]
    if cells.has(c.QUANTITY) and has_amounts(cells):
        names.append("amount / nullif(quantity, 0) as price_paid")
    names += [role for role in (*_LABELS, *_GOODS) if cells.has(role)]
    return "".join(f", {name}" for name in names)
