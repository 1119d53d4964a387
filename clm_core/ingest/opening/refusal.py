"""Errors for files in which no table can be read, in one wording."""

from __future__ import annotations

from clm_core.errors import InputError

MOST_COLUMNS = 1000


def check_width(n_columns: int, shown: str) -> None:
    """Raise InputError for a table of more columns than any export has: such files are matrices or broken."""
    if n_columns > MOST_COLUMNS:
        raise InputError(
            f"The file '{shown}' has too many columns.",
            where=f"{shown}, header",
            found=f"{n_columns:,} columns or more",
            allowed=f"up to {MOST_COLUMNS:,} columns, one row an order, customer, event or cost",
            next_step="Export the rows as a list, with one column a fact.",
        )


def no_table(shown: str, found: str, next_step: str = "") -> InputError:
    """The error for a file in which no table can be found."""
    return InputError(
        f"The file '{shown}' holds no table that can be read.",
        where=shown,
        found=found,
        allowed="a header line and data rows as CSV, TSV, TXT, XLSX or Parquet; CSV also as .gz or .zip",
        next_step=next_step or "Open it in the program it came from and save the table as CSV (UTF-8).",
    )
