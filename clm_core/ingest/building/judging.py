"""Which lines of an orders file count: each gets the first reason that keeps it out, or none."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.ingest.building.built import (
    BAD_AMOUNT,
    BAD_DATE,
    CANCELLED,
    DEAD,
    NEVER_PAID,
    NO_AMOUNT,
    NO_CUSTOMER,
    NO_DATE,
    check_any_kept,
)
from clm_core.ingest.building.order_lines import lacks_amounts
from clm_core.ingest.building.overlap import set_repeats_aside
from clm_core.ingest.building.reasons import give_reason, judge
from clm_core.ingest.building.totals import TOTAL_ROW, total_row_sql
from clm_core.ingest.query import literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.roles import CANCELLED_AT, PAID, STATUS


def create_judged(con: Any, cells: Cells, lines: str) -> None:
    """Build ``judged``: the lines, each with its order, the meaning of its status and its reason.

    Raises
    ------
    InputError
        When no line can be used.
    """
    con.execute(
        f"""create temp view order_lines as
        select * replace (coalesce(order_id, {_row_id(cells)}) as order_id), order_id is null as is_alone
        from {lines} left join statuses using (status)"""
    )
    judge(con, "order_lines", _reasons_sql(cells))
    _name_totals(con, cells)
    if cells.mapping.repeats == "once":
        set_repeats_aside(con, cells)
    check_any_kept(con, cells.source)


def _reasons_sql(cells: Cells) -> str:
    """The first reason against a line; what no line of the file can have is not asked of all of them."""
    tests = {
        "problem is not null then problem": not cells.source.is_sound,
        f"customer_id is null then {literal(NO_CUSTOMER)}": cells.says_nothing(c.CUSTOMER_ID),
        f"ordered_at is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})": cells.says_nothing(
            c.ORDERED_AT
        ),
        f"meaning = 'no_sale' then {literal(DEAD)}": cells.has(STATUS),
        f"cancelled_at is not null then {literal(CANCELLED)}": cells.tells(CANCELLED_AT),
        f"not paid then {literal(NEVER_PAID)}": cells.tells(PAID),
        # last: what was never a sale has often no amount, and its state is the better reason
        f"amount is null then if(has_amount, {literal(BAD_AMOUNT)}, {literal(NO_AMOUNT)})": lacks_amounts(cells),
    }
    possible = " ".join(f"when {test}" for test, may_hold in tests.items() if may_hold)
    return f"case {possible} end" if possible else "null::varchar"


def _row_id(cells: Cells) -> str:
    """A row without order number is an order of its own; its name must not meet a real number."""
    return "'row-' || row::varchar" if cells.has(c.ORDER_ID) else "row::varchar"


def _name_totals(con: Any, cells: Cells) -> None:
    """Tell rows that add up others from rows with a gap: they lack a customer or a date, or their customer is a total."""
    if cells.says_nothing(c.ORDER_ID) or cells.says_nothing(c.ORDERED_AT):
        _name_totals_with_gaps(con, cells)
    if cells.needs_reading(c.CUSTOMER_ID):
        give_reason(
            con,
            literal(TOTAL_ROW),
            f"""is_alone and (reason is null or reason in ({literal(NO_AMOUNT)}, {literal(BAD_AMOUNT)})) and customer_id in
            (select value from d_{c.CUSTOMER_ID} where strlen(value) < 60 and {total_row_sql(["value"])})""",
        )


def _name_totals_with_gaps(con: Any, cells: Cells) -> None:
    # a table of its own, or the planner would search every cell of the file for the word
    con.execute(
        f"""create temp table suspects as select j.row, s.* from judged j join source s on s.rowid + 1 = j.row
        where j.reason in ({literal(NO_CUSTOMER)}, {literal(NO_DATE)}, {literal(BAD_DATE)})
            and (j.is_alone or j.ordered_at is null)"""
    )
    says_total = total_row_sql(f"c{i}" for i in range(len(cells.source.names)))
    give_reason(con, literal(TOTAL_ROW), f"row in (select row from suspects where {says_total})")
