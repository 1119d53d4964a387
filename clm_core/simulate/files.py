"""The sample files: the same tables as a shop would export them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clm_core import columns as c
from clm_core.simulate.shop import SimulatedShop


def write_files(shop: SimulatedShop, folder: Path) -> list[Path]:
    """Write orders.csv (line items), customers.csv, events.csv and spend.csv; the bytes are the same everywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = _with_text(shop.customers.drop_columns([c.DAY]), c.CREATED_AT, "m")
    events = _with_text(shop.events.drop_columns([c.DAY]), c.OCCURRED_AT, "m")
    spend = _with_text(shop.spend.drop_columns([c.DAY]), c.STARTS_ON, "D")
    spend = spend.select([c.CHANNEL, c.STAGE, c.STARTS_ON, c.COST, c.IMPRESSIONS, c.CLICKS, c.CONVERSIONS])
    return [
        _write(shop.order_lines, folder / "orders.csv"),
        _write(customers, folder / "customers.csv"),
        _write(events, folder / "events.csv", short=(c.VALUE,)),
        _write(spend, folder / "spend.csv", short=(c.IMPRESSIONS, c.CLICKS, c.CONVERSIONS)),
    ]


def _with_text(table: pa.Table, column: str, unit: str) -> pa.Table:
    """The moments of a column written out, to the day or to the minute."""
    moments = table[column].to_numpy().astype(f"datetime64[{unit}]")
    text = pc.replace_substring(pa.array(np.datetime_as_string(moments)), "T", " ")
    return table.set_column(table.column_names.index(column), column, text)


def _write(table: pa.Table, path: Path, short: tuple[str, ...] = ()) -> Path:
    """Write one CSV file with money to two decimals; columns in ``short`` lose needless zeros."""
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    for name in short:
        plain = frame[name].map(lambda value: f"{value:.2f}".rstrip("0").rstrip("."), na_action="ignore")
        frame[name] = plain.astype("string").fillna("")
    for name in set(frame.columns) - set(short):
        if frame[name].dtype == pd.ArrowDtype(pa.float64()):
            digits = 1 if name.endswith("_km") else 2
            frame[name] = [f"{value:.{digits}f}" for value in frame[name]]
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path
