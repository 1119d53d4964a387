"""What is worth saying about a file of orders: missing columns, credit notes, currencies, guests."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.aliases import PART_STATUS, REFUNDED_STATUS
from clm_core.ingest.building.built import BAD_AMOUNT, BAD_DATE, DEAD, reason_issues, unreadable_issues, zone_issues
from clm_core.ingest.building.far_off import far_off_issues
from clm_core.ingest.building.order_lines import has_amounts, is_order_grain, money_role
from clm_core.ingest.query import count, literal, one_row
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.distinct import are_many
from clm_core.ingest.reading.values import SCIENTIFIC
from clm_core.ingest.roles import REFUNDED, STATUS, TAX, TIME_OF_DAY
from clm_core.wording import count as counted

_MOST_OF_ONE = 50
"""Orders up to which nobody wonders that they are one customer's."""


def order_issues(con: Any, cells: Cells, orders: pa.Table, *, is_discount_rate: bool) -> list[Issue]:
    """All findings about the orders built from ``judged``, which the connection knows as ``orders``."""
    issues = reason_issues(con, cells, {BAD_DATE: c.ORDERED_AT, BAD_AMOUNT: money_role(cells), DEAD: STATUS})
    issues += unreadable_issues(cells, (*((c.QUANTITY,) if cells.has(c.AMOUNT) else ()), REFUNDED, c.DISCOUNT, TAX))
    issues += zone_issues(con, cells, c.ORDERED_AT)
    n_clocks, clocks = cells.unreadable(TIME_OF_DAY)
    if n_clocks:
        message = f"{counted(n_clocks, 'row')} kept without the time of day: it is not readable."
        issues.append(Issue("warning", "time_not_readable", message, n_clocks, clocks))
    issues += [*_repeated_issues(con, cells), *far_off_issues(con), *_partly_refunded(con, cells)]
    issues += [
        *_scientific_ids(con, cells),
        *_order_id_issues(con, cells),
        *_amount_issues(con, cells),
        *_guest_issues(con, orders),
    ]
    if is_discount_rate:
        issues.append(
            Issue("info", "discount_is_rate", "Discounts lie between 0 and 1: read as shares and turned into money.")
        )
    return issues


def _repeated_issues(con: Any, cells: Cells) -> list[Issue]:
    """Rows of a later file that stand in an earlier one just so, where they are counted each time."""
    if cells.mapping.repeats == "once" or not count(con, "select max(part) from source"):
        return []
    columns = ", ".join(f"c{i}" for i in range(len(cells.source.names)))
    rows = con.execute(
        f"""select row from (select rowid + 1 as row, part, min(part) over (partition by {columns}) as earliest from source)
        where part > earliest order by row"""
    ).fetchall()
    if not rows:
        return []
    message = (
        f"{counted(len(rows), 'row')} of the later files also in an earlier one, word for word: do the exports overlap? "
        "They were counted each time, as you chose."
    )
    examples = tuple(f"row {row[0]}" for row in rows[:5])
    return [Issue("warning", "rows_repeated_across_files", message, len(rows), examples, "repeats")]


def _scientific_ids(con: Any, cells: Cells) -> list[Issue]:
    """Ids of which a spreadsheet kept the first digits only: different people may have become one."""
    issues = []
    for role in (c.CUSTOMER_ID, c.ORDER_ID):
        if not cells.needs_reading(role):
            continue
        n, examples = one_row(
            con,
            f"""select count(*), list(distinct d.value order by d.value)[:5] from source s join d_{role} d on d.raw = {cells.raw(role)}
            where contains(d.value, '+') and regexp_full_match(d.value, {literal(SCIENTIFIC)})""",
        )
        if n:
            message = (
                f"{counted(int(n), 'row')} of '{cells.mapping.columns[role]}' hold a number as {examples[0]}: a spreadsheet cut off "
                "its last digits, so different ones may have become one. Export the file again without a spreadsheet."
            )
            issues.append(Issue("warning", "ids_in_scientific_notation", message, int(n), tuple(examples)))
    return issues


def _order_id_issues(con: Any, cells: Cells) -> list[Issue]:
    if cells.has(c.ORDER_ID):
        n = 0
        if cells.says_nothing(c.ORDER_ID):
            n = count(con, "select count(*) from judged where reason is null and is_alone")
        message = f"{counted(n, 'row')} without order number: each counts as one order."
        return [Issue("info", "order_id_blank", message, n)] if n else []
    n = count(
        con, "select coalesce(sum(n), 0) from (select count(*) as n from orders group by customer_id, day having n > 1)"
    )
    message = (
        "The file has no order number: each row counts as one order. "
        f"{counted(n, 'row')} with another row of the same customer and day."
    )
    return [Issue("info", "no_order_id", message, n)]


def _amount_issues(con: Any, cells: Cells) -> list[Issue]:
    if not has_amounts(cells):
        message = (
            "Value cannot be computed: the file has neither an amount nor quantity and unit price. "
            "Frequency and churn still work."
        )
        return [Issue("info", "no_amounts", message)]
    issues = []
    n_credit, n_returned = one_row(
        con,
        "select count(*) filter (amount < 0), count(*) filter (amount = 0 and not is_purchase) from orders",
    )
    if n_credit:
        message = f"{counted(n_credit, 'credit note')} (orders below zero) kept: revenue falls by them, and they are no purchases."
        issues.append(Issue("info", "credit_notes", message, int(n_credit), switch="refunds"))
    if n_returned:
        message = f"{counted(n_returned, 'order')} fully refunded: kept, worth nothing, and no purchase."
        issues.append(Issue("info", "fully_refunded", message, int(n_returned), switch="refunds"))
    if is_order_grain(cells) and cells.has(c.ORDER_ID):
        issues += _varying_totals(con)
    return issues


def _varying_totals(con: Any) -> list[Issue]:
    rows = con.execute(
        """select order_id from lines where order_id is not null and amount is not null
        group by order_id, customer_id having count(distinct amount) > 1 order by order_id"""
    ).fetchall()
    message = f"{counted(len(rows), 'order')} with different totals on their lines: the first was taken."
    examples = tuple(str(row[0]) for row in rows[:5])
    return [Issue("warning", "order_total_varies", message, len(rows), examples)] if rows else []


def _guest_issues(con: Any, orders: pa.Table) -> list[Issue]:
    if are_many(len(orders)) and not _may_dominate(orders[c.CUSTOMER_ID]):
        return []
    customer, n, n_all, n_customers = one_row(
        con,
        """select arg_max(customer_id, n), max(n), sum(n), count(*)
        from (select customer_id, count(*) as n from orders group by customer_id)""",
    )
    if n < _MOST_OF_ONE or n < 0.2 * n_all or n_customers < 5:
        return []
    message = f"Customer '{customer}' holds {n:,} of {n_all:,} orders: perhaps the id that guests share."
    return [Issue("warning", "one_customer_dominates", message, int(n), (str(customer),))]


def _may_dominate(customers: pa.ChunkedArray) -> bool:
    """False when nobody has a fifth of many orders: who has is on about 200 of a thousand drawn, on fewer than 100 once in 10¹⁵ times."""
    places = np.random.default_rng(0).integers(0, len(customers), 1000)
    ((_, n_seen),) = Counter(customers[int(place)].as_py() for place in places).most_common(1)
    return n_seen >= 100


def _partly_refunded(con: Any, cells: Cells) -> list[Issue]:
    """Orders called partly refunded in a file that does not tell how much was given back."""
    if cells.has(REFUNDED) or not cells.has(STATUS) or not has_amounts(cells):
        return []
    rows = con.execute(
        f"""select status from statuses where regexp_matches(status, {literal(PART_STATUS)})
            and regexp_matches(status, {literal(REFUNDED_STATUS)})"""
    ).fetchall()
    if not rows:
        return []
    partly = ", ".join(literal(status) for (status,) in rows)
    (n,) = one_row(
        con,
        f"select count(distinct (order_id, customer_id)) from judged where reason is null and status in ({partly})",
    )
    message = f"{counted(int(n), 'order')} partly refunded, and no column tells how much: counted in full."
    return [Issue("warning", "partly_refunded", message, int(n), switch="statuses")] if n else []
