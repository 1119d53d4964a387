"""One table out of an Excel workbook, as text cells."""

from __future__ import annotations

import math
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from clm_core.ingest.dialect import Dialect, column_names
from clm_core.ingest.header import find_header
from clm_core.ingest.refusal import no_table
from clm_core.ingest.unpack import LIMIT_BYTES


@dataclass(frozen=True)
class Sheet:
    """The table of a workbook: column names, how it is written, and its rows as text in columns c0 … cN."""

    names: tuple[str, ...]
    dialect: Dialect
    rows: pa.Table


def read_workbook(path: Path, shown: str) -> Sheet:
    """Read the table of a workbook.

    Raises
    ------
    InputError
        When the workbook is damaged, too big once expanded, or has no sheet with a table.
    """
    rows = _first_table(path, shown)
    start, has_header = find_header(rows[:200])
    width = max(len(row) for row in rows)
    names = column_names(rows[start] if has_header else [None] * width)
    body = [row for row in rows[start + int(has_header) :] if any(row)]
    table = pa.table({f"c{i}": pa.array([row[i] for row in body], pa.string()) for i in range(len(names))})
    return Sheet(names, Dialect("xlsx", has_header=has_header, n_preamble=start), table)


def _first_table(path: Path, shown: str) -> list[list[str | None]]:
    """The cells of the first sheet that has at least two rows and two columns."""
    _check_expanded_size(path, shown)
    try:
        with warnings.catch_warnings():
            # openpyxl warns about styles it does not know; they do not touch the cells
            warnings.simplefilter("ignore")
            sheets: dict[str, Any] = pd.read_excel(
                path, sheet_name=None, header=None, dtype=str, keep_default_na=False, na_values=[""], engine="openpyxl"
            )
    except Exception as error:
        # the workbook reader raises whatever the damage in the file leads to
        raise no_table(shown, f"a workbook that cannot be opened ({type(error).__name__})") from error
    for frame in sheets.values():
        if len(frame) >= 2 and frame.shape[1] >= 2:
            return [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    raise no_table(shown, f"sheets without a table: {', '.join(map(str, sheets)) or 'none'}")


def _cell(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value)


def _check_expanded_size(path: Path, shown: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise no_table(shown, "a damaged workbook") from error
    if size > LIMIT_BYTES:
        raise no_table(shown, f"a workbook of {size:,} bytes once expanded")
