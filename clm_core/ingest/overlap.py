"""Orders that stand in several files because the periods of the exports overlap."""

from __future__ import annotations

from typing import Any

from clm_core.ingest.cells import Cells


def set_repeats_aside(con: Any, cells: Cells) -> None:
    """To come."""
