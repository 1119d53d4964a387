"""The lines of an orders file: every role of every row read once, cells an order says once filled in on its other lines."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.ingest.building.one_currency import row_currency_sql
from clm_core.ingest.query import one_row
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.roles import CANCELLED_AT, CURRENCY, PAID, REFUNDED, STATUS, TAX, TIME_OF_DAY, UNIT_PRICE

LABELS = (c.CHANNEL, c.COUNTRY, c.SEGMENT)
GOODS = (c.PRODUCT, c.CATEGORY)
# what an order says once, on its first line, and leaves blank on the others
_OF_ORDER = (c.ORDERED_AT, c.AMOUNT, REFUNDED, TAX, STATUS, CANCELLED_AT, PAID, CURRENCY, *LABELS)
_OF_ANY_ORDER = (STATUS, CANCELLED_AT, PAID, CURRENCY)
COMPLETED = "completed"
"""The table of lines whose blank cells were filled in from their order."""


def has_amounts(cells: Cells) -> bool:
    """True when the file tells what was paid, directly or as quantity × price."""
    return cells.has(c.AMOUNT) or (cells.has(c.QUANTITY) and cells.has(UNIT_PRICE))


def lacks_amounts(cells: Cells) -> bool:
    """True when the file tells what was paid, but not on every line."""
    roles = [c.AMOUNT] if cells.has(c.AMOUNT) else [c.QUANTITY, UNIT_PRICE]
    if is_order_grain(cells):
        roles.append(c.ORDER_ID)  # by which the amount of an order is found
    return has_amounts(cells) and any(cells.says_nothing(role) for role in roles)


def is_order_grain(cells: Cells) -> bool:
    """True when the amount is the whole order's; one made of quantity × price is always the line's."""
    return cells.has(c.AMOUNT) and cells.mapping.amount_grain == "order"


def money_role(cells: Cells) -> str:
    """The role whose cells show the money: the amount, or the price where there is none."""
    return c.AMOUNT if cells.has(c.AMOUNT) else UNIT_PRICE


def is_discount_rate(con: Any, cells: Cells) -> bool:
    """True when all discounts lie between 0 and 1 with fractions among them: shares, not money."""
    if not cells.has(c.DISCOUNT) or not has_amounts(cells):
        return False
    (is_rate,) = one_row(
        con,
        "select bool_and(discount between 0 and 1) and bool_or(discount > 0 and discount < 1) "
        f"from (select {cells.value(c.DISCOUNT)} as discount from {cells.rows})",
    )
    return bool(is_rate)


def create_lines(con: Any, cells: Cells, *, discount_is_rate: bool) -> str:
    """Read every role of every row once; return the table that holds the completed lines."""
    amount, is_given = cells.value(c.AMOUNT), cells.is_given(c.AMOUNT)
    price = f"{cells.value(c.QUANTITY)} * {cells.value(UNIT_PRICE)}"
    if not cells.has(c.AMOUNT) and has_amounts(cells):
        off = f"coalesce({cells.value(c.DISCOUNT)}, 0)"
        amount = f"{price} * (1 - {off})" if discount_is_rate else f"{price} - abs({off})"
        is_given = f"{cells.is_given(c.QUANTITY)} and {cells.is_given(UNIT_PRICE)}"
    worth = price if is_order_grain(cells) else amount
    texts = ", ".join(f"{cells.value(role)} as {role}" for role in (*LABELS, *GOODS))
    con.execute(
        f"""create temp {"table" if _shared_roles(cells) else "view"} lines as
        select s.rowid + 1 as row, s.part as part, s.problem as problem, {cells.value(c.CUSTOMER_ID)} as customer_id,
            {cells.value(c.ORDER_ID)} as order_id, {_moment_sql(cells)} as ordered_at,
            {cells.is_given(c.ORDERED_AT)} as has_date, {amount} as amount, {is_given} as has_amount, {worth} as worth,
            {cells.value(c.QUANTITY)} as quantity, abs({cells.value(REFUNDED)}) as refunded, {cells.value(TAX)} as tax,
            abs({cells.value(c.DISCOUNT)}) as discount, lower({cells.value(STATUS)}) as status,
            case when lower({cells.value(CANCELLED_AT)}) not in ('false', 'no', 'n', '0')
                 then {cells.value(CANCELLED_AT)} end as cancelled_at,
            {cells.value(PAID)} as paid, {row_currency_sql(cells, money_role(cells))} as currency, {texts}
        from {cells.rows}"""
    )
    return _complete(con, cells)


def _moment_sql(cells: Cells) -> str:
    """The date, with the clock of its own column where the date has none."""
    moment = cells.value(c.ORDERED_AT)
    if not cells.has(TIME_OF_DAY):
        return moment
    return f"case when {moment} = date_trunc('day', {moment}) then {moment} + coalesce({cells.value(TIME_OF_DAY)}, interval 0 day) else {moment} end"


def _shared_roles(cells: Cells) -> tuple[str, ...]:
    """The roles that lines of one order have in common and may leave blank; none where orders have no number."""
    if not cells.has(c.ORDER_ID):
        return ()
    if is_order_grain(cells):
        return _OF_ORDER
    return tuple(role for role in _OF_ANY_ORDER if cells.has(role) and cells.says_nothing(role))


def _complete(con: Any, cells: Cells) -> str:
    """Fill blank cells of an order's further lines from its first ones; return the table to go on with."""
    wanted, base = _shared_roles(cells), "lines"
    if not wanted:
        return base
    if is_order_grain(cells):
        con.execute(
            """create temp table owned as select l.* replace (coalesce(l.customer_id, f.customer_id) as customer_id)
            from lines l left join (select order_id, arg_min(customer_id, row) as customer_id from lines
                where customer_id is not null group by order_id) f on f.order_id = l.order_id"""
        )
        base = "owned"
    firsts = ", ".join(f"arg_min({name}, row) filter (where {name} is not null) as {name}" for name in wanted)
    # the order's amount is its first one, whatever later lines repeat; the rest only fills blanks
    fills = [f"coalesce(l.{name}, f.{name}) as {name}" for name in wanted if name not in (c.AMOUNT, c.ORDERED_AT)]
    if is_order_grain(cells):
        fills.append("case when l.has_amount and l.amount is null then null else f.amount end as amount")
        fills.append("case when l.has_date then l.ordered_at else f.ordered_at end as ordered_at")
    con.execute(
        f"""create temp table {COMPLETED} as select l.* replace ({", ".join(fills)})
        from {base} l left join (select order_id, customer_id, {firsts} from {base} group by all) f
            on f.order_id = l.order_id and f.customer_id = l.customer_id"""
    )
    return COMPLETED
