"""Islands of dates far from all others: mistyped days, and the days that programs write when they have none."""

from __future__ import annotations

from typing import Any

from clm_core.errors import Issue
from clm_core.ingest.query import one_row
from clm_core.wording import count as counted

FAR_OFF_DAYS = 366
FEW = 0.01
"""Orders apart from the rest are a finding while they are at most this share of all, or a single one."""
# the first days of the counts that spreadsheets and computers keep, and the last year a form accepts
_PLACEHOLDER = """day between date_diff('day', date '1970-01-01', date '1900-01-01') and date_diff('day', date '1970-01-01', date '1904-01-02')
    or day in (-1, 0) or day >= date_diff('day', date '1970-01-01', date '2090-01-01')"""


def far_off_issues(con: Any) -> list[Issue]:
    """A few orders more than a year before or after most others, or any number on a day that means "no date"."""
    rows = con.execute(
        f"""with days as (select day, n, ({_PLACEHOLDER}) as is_placeholder
                from (select day, count(*) as n from orders group by day)),
        steps as (select *, coalesce(day - lag(day) over (order by day) > {FAR_OFF_DAYS}, true)::int as is_first from days),
        numbered as (select *, sum(is_first) over (order by day) as island from steps),
        islands as (select island, sum(n) as n_orders, sum(sum(n)) over () as total, bool_and(is_placeholder) as is_placeholder,
                row_number() over (order by sum(n) desc, island desc) as place from numbered group by island)
        select day, n from numbered join islands i using (island)
        where place > 1 and (n_orders <= greatest(1, total * {FEW}) or i.is_placeholder) order by day"""
    ).fetchall()
    if not rows:
        return []
    n = sum(int(n_orders) for _, n_orders in rows)
    message = (
        f"{counted(n, 'order')} more than a year away from all others: mistyped? Such a date sets the first day or "
        "the as-of day. Correct it in the file, or choose an earlier as-of day."
    )
    return [Issue("warning", "dates_far_off", message, n, tuple(_example(con, *row) for row in rows[:5]))]


def _example(con: Any, day: int, n_orders: int) -> str:
    shown, *ids = one_row(
        con, f"select (date '1970-01-01' + {day})::varchar, min(order_id) from orders where day = {day}"
    )
    return f"{shown} (order {ids[0]})" if n_orders == 1 else f"{shown} ({n_orders:,} orders)"
