"""Tables on their way out: CSV that no spreadsheet will run."""

from __future__ import annotations

import pandas as pd

_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # full-width forms count too: some programs fold them


def neutralise(text: str) -> str:
    """The text with a leading apostrophe when a spreadsheet would read it as a formula."""
    return "'" + text if text.startswith(_RISKY) or text.lstrip().startswith(_RISKY) else text


def to_csv(frame: pd.DataFrame) -> str:
    """The frame as CSV text; only strings and headers are neutralised, numbers stay numbers."""
    safe = frame.rename(columns=lambda name: neutralise(str(name)))
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and not pd.api.types.is_bool_dtype(safe[name]):
            safe[name] = safe[name].map(lambda cell: neutralise(cell) if isinstance(cell, str) else cell)
    # 15 digits are what a double holds truly: enough to compare, few enough to read
    return safe.to_csv(index=False, float_format="%.15g", lineterminator="\n")
