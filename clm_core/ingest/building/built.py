"""What a table builder hands back, and the rows it could not use.

Every builder leaves a view ``judged(row, reason, …)`` behind: one row a data row, reason null for the rows kept; and the table
``reasons(row, reason)`` of those that are not. All counts and the set-aside rows come from it, so that nothing can be lost
between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from clm_core import columns as c
from clm_core.errors import InputError, Issue
from clm_core.ingest.query import arrow, count, literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.zones import UTC_WORDS
from clm_core.ingest.splitting.dialect import column_names
from clm_core.ingest.splitting.read import Source
from clm_core.tables import TableContract
from clm_core.wording import count as counted

NO_CUSTOMER = "no customer"
NO_DATE = "no date"
BAD_DATE = "date not readable"
NO_AMOUNT = "no amount"
BAD_AMOUNT = "amount not readable"
DEAD = "order failed, voided or cancelled"
CANCELLED = "order has a cancellation date"
NEVER_PAID = "order never paid"
FREE = "free order"
CREDIT_NOTE = "credit note"
OTHER_CURRENCY = "another currency"
NO_CURRENCY = "no currency"
COPY = "already in an earlier file"
OUTDATED = "a later export has this order"
_SWITCH_OF = {
    DEAD: "statuses",
    FREE: "free_orders",
    CREDIT_NOTE: "refunds",
    OTHER_CURRENCY: "rates",
    NO_CURRENCY: "columns",
    COPY: "repeats",
    OUTDATED: "repeats",
    BAD_DATE: "date_order",
    BAD_AMOUNT: "decimal",
}
Meaning = Literal["sale", "refunded", "no_sale"]


@dataclass(frozen=True)
class StatusCount:
    """One status of the orders file, in lower case: what it was taken to mean, and on how many rows it stands."""

    status: str
    meaning: Meaning
    n_rows: int


@dataclass(frozen=True)
class Built:
    """A canonical table, what was noticed while building it, and the currency and statuses where the file tells."""

    table: pa.Table
    issues: tuple[Issue, ...]
    currency: str = ""
    stage_history: pa.Table | None = None
    """When each customer entered which stage, where another system recorded it."""
    statuses: tuple[StatusCount, ...] = ()


def set_aside(con: Any, source: Source) -> pa.Table:
    """The rows that could not be used: row number, reason, and the text as it was in the file."""
    columns = ", ".join(f"s.c{i}" for i in range(len(source.names)))
    table = arrow(
        con,
        f"select r.row as row, r.reason as reason, {columns} from reasons r join source s on s.rowid + 1 = r.row "
        "order by r.row",
    )
    return table.rename_columns(list(column_names([c.ROW, c.REASON, *source.names])))


def reason_issues(con: Any, cells: Cells, roles: dict[str, str]) -> list[Issue]:
    """One warning for each reason, with up to five rows; ``roles`` tells which cell shows the problem."""
    issues = []
    counts = con.execute("select reason, count(*) from reasons group by reason order by 2 desc, 1").fetchall()
    for reason, n in counts:
        shown = cells.raw(roles[reason]) if reason in roles else "null"
        rows = con.execute(
            f"""select r.row, {shown} from (from reasons where reason = {literal(reason)} order by row limit 5) r
            join source s on s.rowid + 1 = r.row order by r.row"""
        ).fetchall()
        examples = tuple(f"row {row}" + (f": {cell}" if cell else "") for row, cell in rows)
        code = "set_aside_" + "_".join(reason.replace(",", "").split())
        message = f"{counted(n, 'row')} set aside: {reason}."
        issues.append(Issue("warning", code, message, int(n), examples, _SWITCH_OF.get(reason, "")))
    return issues


def unreadable_issues(cells: Cells, roles: tuple[str, ...]) -> list[Issue]:
    """Warnings for optional numbers that cannot be read: the row stays, the value is left out."""
    issues = []
    for role in roles:
        n, examples = cells.unreadable(role)
        if n:
            message = f"{counted(n, 'row')} kept without '{role}': it is not a number."
            issues.append(Issue("warning", "number_not_readable", message, n, examples))
    return issues


def zone_issues(con: Any, cells: Cells, role: str) -> list[Issue]:
    """A note where dates carry a time zone: which ones, and what was done about it."""
    if not cells.needs_reading(role):
        return []
    rows = con.execute(
        f"""select d.zone, count(*), bool_or(d.value <> date_trunc('day', d.value))
        from source s join d_{role} d on d.raw = {cells.raw(role)} where d.zone is not null and d.value is not null
        group by d.zone order by 2 desc, 1"""
    ).fetchall()
    if not rows:
        return []
    column, n = cells.mapping.columns[role], sum(row[1] for row in rows)
    zones = tuple(str(row[0]) for row in rows[:5])
    if cells.mapping.time_zone:
        message = f"Dates in '{column}' ({counted(n, 'row')}) were converted to the clock of {cells.mapping.time_zone}."
        return [Issue("info", "time_zone_converted", message, n, zones, "time_zone")]
    if {row[0] for row in rows} <= set(UTC_WORDS) and any(row[2] for row in rows):
        message = (
            f"Dates in '{column}' are in UTC: where your shop's clock shows another time, orders near midnight fall on the "
            "day before or after. Choose the shop's time zone to have them on the right day."
        )
        return [Issue("warning", "dates_in_utc", message, n, zones, "time_zone")]
    message = f"Dates in '{column}' carry a time zone ({', '.join(zones)}): the clock time is kept as written."
    return [Issue("info", "time_zone_dropped", message, n, zones, "time_zone")]


def checked(table: pa.Table, contract: TableContract) -> pa.Table:
    """The table in the contract's types, which an engine's own flavours of text and timestamp may miss."""
    known = {**contract.required, **contract.optional}
    types = zip(table.column_names, table.schema.types, strict=True)
    return contract.check(table.cast(pa.schema([(name, known.get(name, found)) for name, found in types])))


def check_any_kept(con: Any, source: Source) -> None:
    """Raise InputError when no row can be used, naming the reasons."""
    if count(con, "select count(*) from reasons") < source.n_rows:
        return
    counts = con.execute("select reason, count(*) from reasons group by 1 order by 2 desc, 1").fetchall()
    raise InputError(
        f"No row of '{source.file_name}' can be used.",
        where=source.file_name,
        found=", ".join(f"{reason} ({counted(n, 'row')})" for reason, n in counts),
        allowed="rows in which every required column has a readable value",
        next_step="Check the mapping, the date order and the decimal mark, then import again.",
    )
