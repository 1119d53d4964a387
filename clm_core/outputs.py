"""The files a run leaves: the terminal contract, written whole or not at all."""

from __future__ import annotations

import io
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from clm_core import columns as c
from clm_core.errors import InputError, Issue
from clm_core.exports import to_csv
from clm_core.ingest import Imported
from clm_core.metrics import order_facts
from clm_core.pipeline import Analysis
from clm_core.recipe import Recipe, dump_recipe
from clm_core.tables import to_date

CUSTOMER_COLUMNS = (
    c.CUSTOMER_ID,
    c.N_ORDERS,
    c.SPEND_TOTAL,
    c.FIRST_ORDER_AT,
    c.LAST_ORDER_AT,
    c.DAYS_SINCE_LAST_ORDER,
    c.STAGE,
    c.STAGE_RULE,
    c.PERSONA,
    *(score + suffix for score in c.SCORES for suffix in ("", *c.ENDS)),
)
"""The columns of `customers.csv`, in order."""


FILES = ("summary.json", "customers.csv", "stages.csv", "moves.csv", "models.json", "recipe.toml", "set_aside.csv")
"""The files of the contract."""


def check_out(out: Path) -> None:
    """Refuse a folder that could not be written, before any work is done for it.

    Raises
    ------
    InputError
        When ``out`` is or lies under a file, may not be written, or holds a folder where a result would go.
    """
    home = _nearest_folder(out)
    if not home.is_dir():
        raise InputError(
            "The output folder is a file." if home == out else "The output folder lies under a file.",
            where=f"--out {out}",
            found=f"{home} is a file",
            allowed="a folder, new or existing",
            next_step="Name another folder.",
        )
    if not os.access(home, os.W_OK | os.X_OK):
        raise _unwritable(out, f"no permission to write in {home}")
    blocked = [name for name in FILES if (out / name).is_dir()]
    if blocked:
        raise _unwritable(out, f"{blocked[0]} in it is a folder")


def write_outputs(analysis: Analysis, out: Path, *, before_moving: Callable[[], None] = lambda: None) -> list[Path]:
    """Write every file of the contract into ``out``; on any failure ``out`` is left as it was.

    ``before_moving`` is called when all files are ready and only have to be put in their place; it may still raise.

    Raises
    ------
    InputError
        When ``out`` is a file, or cannot be written.
    """
    check_out(out)
    texts = render_outputs(analysis)
    try:
        # beside their last place, so that moving them there is one step on any disk
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=_nearest_folder(out)) as unfinished:
            for name, text in texts.items():
                (Path(unfinished) / name).write_text(text, encoding="utf-8")
            before_moving()
            out.mkdir(parents=True, exist_ok=True)
            return [(Path(unfinished) / name).replace(out / name) for name in texts]
    except OSError as fault:
        raise _unwritable(out, str(fault)) from fault


def _nearest_folder(out: Path) -> Path:
    """``out`` itself, or what exists nearest above it."""
    return next(path for path in (out, *out.absolute().parents) if path.exists())


def _unwritable(out: Path, found: str) -> InputError:
    return InputError(
        "The output folder cannot be written.",
        where=f"--out {out}",
        found=found,
        allowed="a folder, new or existing, on a disk with room",
        next_step="Name another folder, or mend this one.",
    )


def render_outputs(analysis: Analysis) -> dict[str, str]:
    """File name → text, for every file of the contract."""
    orders = analysis.workspace.dataset.imported["orders"]
    return {
        "summary.json": _json(summarise(analysis)),
        "customers.csv": to_csv(customer_table(analysis.customers)),
        "stages.csv": to_csv(analysis.stages),
        "moves.csv": to_csv(analysis.lifecycle.moves),
        "models.json": _json(
            {
                "models": [asdict(card) for card in analysis.scores.cards],
                "totals": analysis.scores.totals.to_dict("records"),
            }
        ),
        "recipe.toml": dump_recipe(resolved_recipe(analysis)),
        "set_aside.csv": to_csv(orders.set_aside.to_pandas()),
    }


def zip_outputs(analysis: Analysis) -> bytes:
    """Every file of the contract in one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in render_outputs(analysis).items():
            archive.writestr(name, text)
    return buffer.getvalue()


def customer_table(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers in the contract's columns; a score that was refused is an empty column."""
    table = customers.reindex(columns=list(CUSTOMER_COLUMNS))
    for at in (c.FIRST_ORDER_AT, c.LAST_ORDER_AT):
        table[at] = pd.to_datetime(table[at]).dt.strftime("%Y-%m-%d")
    table[c.DAYS_SINCE_LAST_ORDER] = table[c.DAYS_SINCE_LAST_ORDER].astype("Int64")
    return table


def resolved_recipe(analysis: Analysis) -> Recipe:
    """The run's recipe with what was guessed filled in, so that it reproduces the run."""
    mapping = {kind: result.mapping for kind, result in analysis.workspace.dataset.imported.items()}
    as_of = to_date(analysis.workspace.as_of_day)
    return analysis.recipe.model_copy(update={"mapping": mapping, "as_of": as_of})


def summarise(analysis: Analysis) -> dict[str, Any]:
    """The figures of `summary.json`: row counts of the whole file, all else as at the as-of day."""
    dataset, as_of_day = analysis.workspace.dataset, analysis.workspace.as_of_day
    orders = dataset.imported["orders"]
    facts = order_facts(dataset.tables, as_of_day)
    others = {kind: _rows(result) for kind, result in dataset.imported.items() if kind != "orders"}
    return {
        **_rows(orders),
        "n_orders": facts.n_orders,
        "n_order_days": facts.n_order_days,
        "n_customers": facts.n_customers,
        "n_leads": len(analysis.customers) - facts.n_customers,
        "revenue": facts.revenue,
        "currency": dataset.tables.currency or None,
        "first_order_at": _moment(facts.first_order_at),
        "last_order_at": _moment(facts.last_order_at),
        "as_of": to_date(as_of_day).isoformat(),
        "horizon_days": analysis.recipe.horizon_days,
        "framework": analysis.lifecycle.framework.id,
        "mapping": orders.mapping.columns,
        "issues": [_told(issue) for result in dataset.imported.values() for issue in result.issues],
        "other_tables": others,
        "timings": analysis.timings,
    }


def _rows(result: Imported) -> dict[str, int]:
    return {
        "rows_read": result.rows_read,
        "rows_kept": result.rows_kept,
        "rows_set_aside": result.rows_set_aside,
    }


def _moment(moment: pd.Timestamp) -> str:
    """ISO 8601; files that hold days only get a day only."""
    return moment.date().isoformat() if moment == moment.normalize() else moment.isoformat()


def _json(value: Any) -> str:
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """JSON has no NaN: what is not known is null."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _told(issue: Issue) -> dict[str, Any]:
    """An issue as the terminal's contract has it; switch and place are for those who can turn to them on a page."""
    return {name: value for name, value in asdict(issue).items() if name not in ("switch", "place")}
