"""Why rows are kept out: only these rows are stored. The others are read again where they are needed, since in memory the
rows of a large file would take more room than the file.
"""

from __future__ import annotations

from typing import Any


def judge(con: Any, rows: str, reason: str) -> None:
    """Create the view ``judged``: the rows of a table or view, each with its ``reason`` (an expression over them) or null."""
    con.execute(
        f"""create temp table reasons as select row, reason from (select row, {reason} as reason from {rows})
        where reason is not null"""
    )
    con.execute(
        f"create temp view rows_with_reason as select r.*, w.reason from {rows} r left join reasons w on w.row = r.row"
    )
    con.execute("create temp view judged as from rows_with_reason")


def give_reason(con: Any, reason: str, test: str) -> None:
    """Give the rows of ``judged`` that pass a test a reason (an expression), whatever theirs was."""
    con.execute(f"create temp table changes as select row, {reason} as reason from judged where {test}")
    con.execute("delete from reasons where row in (select row from changes)")
    con.execute("insert into reasons from changes")
    con.execute("drop table changes")


def multiply(con: Any, columns: tuple[str, ...], rates: dict[str, float]) -> None:
    """Multiply columns of ``judged`` by the rate of the row's currency, where it has one."""
    con.execute("create temp table rates (code varchar, rate double)")
    con.executemany("insert into rates values (?, ?)", list(rates.items()))
    products = ", ".join(f"j.{column} * coalesce(rate, 1) as {column}" for column in columns)
    con.execute(
        f"""create or replace temp view judged as
        select j.* replace ({products}) from rows_with_reason j left join rates on code = j.currency"""
    )
