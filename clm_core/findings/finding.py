"""A finding, and what its rules look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from clm_core import columns as c


@dataclass(frozen=True)
class Finding:
    """A short title for the chart, one sentence that says what is seen, and one that says what to do."""

    title: str
    says: str
    next_step: str


def largest(frame: pd.DataFrame) -> dict[str, Any]:
    """The row with the most customers."""
    place = int(frame[c.N_CUSTOMERS].to_numpy().argmax())
    return {str(name): cells.iat[place] for name, cells in frame.items()}
