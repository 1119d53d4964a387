"""Orders that stand in several files because the periods of the exports overlap: each is counted once, in its newest state.

Rows repeated word for word are taken as a multiset: the second such row of a later file repeats the second of an earlier
one, so that two equal pieces of one order stay two. An order whose rows differ from file to file has changed in between, and
the file that reaches further in time knows better. A file cut in two at any line shares one order at the cut and no row:
its halves are added up.
"""

from __future__ import annotations

from typing import Any

from clm_core.ingest.building.built import COPY, OUTDATED
from clm_core.ingest.building.reasons import give_reason
from clm_core.ingest.query import count, literal
from clm_core.ingest.reading.cells import Cells


def set_repeats_aside(con: Any, cells: Cells) -> None:
    """Set aside in ``judged`` what an overlapping file tells again or knows better."""
    if count(con, "select max(part) from source") == 0:
        return
    columns = ", ".join(f"s.c{i}" for i in range(len(cells.source.names)))
    con.execute(
        f"""create temp table marks as select j.row, j.part, hash({columns}) as mark, j.customer_id, j.ordered_at,
            case when not j.is_alone and j.customer_id is not null then j.order_id end as order_id, coalesce(j.amount, 0) as amount
        from judged j join source s on s.rowid + 1 = j.row"""
    )
    _create_versions(con)
    _create_outdated(con)
    for reason, rows in ((OUTDATED, "select row from outdated"), (COPY, _COPIES)):
        give_reason(con, literal(reason), f"row in ({rows}) and reason is distinct from {literal(OUTDATED)}")


_COPIES = """select row from (
    select row, part, mark, row_number() over (partition by part, mark order by row) as nth from marks)
    qualify row_number() over (partition by mark, nth order by part) > 1"""


def _create_versions(con: Any) -> None:
    """One row for each order and file, where several files have the order of the same customer and day."""
    con.execute(
        """create temp table versions as
        select order_id, customer_id, part, sum(mark::hugeint) as content, count(*) as n_rows, sum(amount) as amount,
            min(ordered_at)::date as day from marks where order_id is not null group by order_id, customer_id, part
        qualify count(*) over (partition by order_id, customer_id, day) > 1"""
    )


def _create_outdated(con: Any) -> None:
    """The rows of orders that a file which reaches further in time has in another state."""
    con.execute(
        """create temp table outdated as
        with pairs as (select a.part as one, b.part as other, count(*) as n,
                count(*) filter (a.n_rows = b.n_rows and abs(a.amount - b.amount) < 0.005) as n_alike
            from versions a join versions b using (order_id, customer_id, day) where a.part < b.part group by all),
        shared as (select distinct a.part as one, b.part as other
            from (select distinct part, mark from marks) a join (select distinct part, mark from marks) b
            on a.mark = b.mark and a.part < b.part),
        overlapping as (select one, other from pairs left join shared s using (one, other)
            where s.one is not null or (n > 1 and 2 * n_alike >= n)),
        reach as (select part, max(ordered_at) as until from marks group by part),
        contested as (select a.order_id, a.customer_id, a.day, a.part as one, b.part as other
            from versions a join versions b using (order_id, customer_id, day)
            join overlapping o on o.one = a.part and o.other = b.part
            where a.part < b.part and a.content <> b.content),
        losers as (select order_id, customer_id, if(x.until > y.until, other, one) as part
            from contested join reach x on x.part = one join reach y on y.part = other)
        select distinct m.row from marks m join losers l using (order_id, customer_id, part)"""
    )
