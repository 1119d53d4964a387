"""Any file as one table with its own columns: numbers, moments and texts told apart, nothing mapped and no row left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from clm_core import columns as c
from clm_core.errors import InputError
from clm_core.ingest.query import arrow, literal, one_row
from clm_core.ingest.reading.currencies import amount_currency_sql, header_currency
from clm_core.ingest.reading.distinct import distinct_cells
from clm_core.ingest.reading.moments import moments_sql
from clm_core.ingest.reading.values import number
from clm_core.ingest.recognising.day_order import find_order
from clm_core.ingest.recognising.guess import decimal_of
from clm_core.ingest.recognising.inspection import look_at
from clm_core.ingest.recognising.profile import ColumnProfile
from clm_core.ingest.splitting.read import Source, load
from clm_core.ingest.watch import Watch
from clm_core.ingest.workspace import open_workspace

_NEARLY_ALL = 0.95
_CODE = r"^\s*('|[+]\s*[0-9]|0[0-9]+\s*$|[0-9]{16,}\s*$)"
"""A leading zero, plus or apostrophe, or more digits than a number can hold: a code, not a number."""


@dataclass(frozen=True)
class OneTable:
    """``frame`` has the file's rows and column names; numbers are floats, dates timestamps, everything else text or missing.

    ``currencies`` names the currency of the columns that show one, ``id_column`` the column that most likely names the customer.
    """

    frame: pd.DataFrame
    currencies: dict[str, str]
    id_column: str
    summary: str


def read_one_table(paths: Sequence[Path], *, hash_emails: bool = False, watch: Watch | None = None) -> OneTable:
    """Read files of one shape as they are: every column kept under its own name.

    Raises
    ------
    InputError
        When a file is empty, damaged, binary, has no data rows, or no names of columns.
    Cancelled
        When the watcher cancelled.
    """
    with open_workspace(watch) as workspace:
        con, source = workspace.con, load(workspace, paths, hash_emails=hash_emails)
        if not source.dialect.has_header:
            raise _no_names(source)
        seen = look_at(workspace, source, "customers")
        numbers = [f"c{i}" for i, profile in enumerate(seen.columns) if profile.looks_like == "number"]
        decimal = decimal_of(con, numbers) if numbers else "."
        cells = ", ".join(f"c{i}" for i in range(len(source.names)))
        rows = arrow(con, f"select {cells} from source where problem is null order by rowid").to_pandas()
        told = {
            profile.name: _read(con, source, i, profile, decimal, rows[f"c{i}"])
            for i, profile in enumerate(seen.columns)
        }
        frame = pd.DataFrame(told)
        signs = {profile.name: _currency(con, source, i, profile) for i, profile in enumerate(seen.columns)}
        known = {name: code for name, code in signs.items() if code}
        return OneTable(frame, known, seen.guess.mapping.columns.get(c.CUSTOMER_ID, ""), seen.dialect.summary)


def _no_names(source: Source) -> InputError:
    return InputError(
        f"The first row of '{source.file_name}' names no columns.",
        where=f"{source.file_name}, first row",
        found=", ".join(source.names[:8]),
        allowed="a row of names above the data",
        next_step="Add a first row that names each column, and give the file again.",
    )


def _read(con: Any, source: Source, place: int, profile: ColumnProfile, decimal: str, cells: pd.Series) -> pd.Series:
    """What the cells of one column say. Different cells are read once each: a reading written out for many columns takes
    the planner seconds.
    """
    distinct = distinct_cells(con, source, f"c{place}")
    con.execute(
        f"create or replace temp table distinct_cells as select raw, known(raw) as x from {distinct} where raw is not null"
    )
    if profile.looks_like == "date":
        moments = _told(con, moments_sql(con, find_order(con, source, f"c{place}").order))
        return pd.to_datetime(cells.map(moments["value"]))
    if profile.looks_like == "number":
        is_code = f"regexp_matches(raw, {literal(_CODE)})"
        numbers = _told(
            con, f"select raw, {number('x', decimal)} as value, x, {is_code} as is_code from distinct_cells"
        )
        known = numbers["x"].notna()
        if (
            not numbers["is_code"].any()
            and cells.map(numbers["value"].notna()).sum() >= _NEARLY_ALL * cells.map(known).sum()
        ):
            return cells.map(numbers["value"]).astype(float)
    return cells.map(_told(con, "select raw, x as value from distinct_cells")["value"]).astype("str")


def _told(con: Any, sql: str) -> pd.DataFrame:
    """The readings of different cells, by the cell."""
    told: pd.DataFrame = arrow(con, sql).to_pandas()
    return told.set_index("raw")


def _currency(con: Any, source: Source, place: int, profile: ColumnProfile) -> str:
    """The currency that stands beside the numbers of a column, or in its name."""
    if profile.looks_like != "number":
        return ""
    if code := header_currency(profile.name):
        return code
    sign = amount_currency_sql("x", profile.name)
    (found,) = one_row(
        con,
        f"select mode({sign}) from (select known(raw) as x from {distinct_cells(con, source, f'c{place}')} limit 100)",
    )
    return str(found or "")
