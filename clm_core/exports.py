"""What leaves the house: CSV that no spreadsheet will run, text that no reader will take for markup."""

from __future__ import annotations

import re

import pandas as pd

_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # full-width forms count too: some programs fold them
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_AUTOMATIC = re.compile(r"\\:(?=/)|www(?=\\\.)|@|mailto|xmpp|\\[-<](?=\\[->])", re.IGNORECASE)


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


def markdown_text(text: object) -> str:
    """Text inside a Markdown string: every mark escaped, one line, nothing turned into a link or an arrow.

    Addresses and arrows are recognised after escaping, so an invisible joiner is put into what makes them one.
    """
    escaped = _MARKS.sub(r"\\\1", " ".join(str(text).split()))
    return _AUTOMATIC.sub(lambda found: f"{found[0]}\u2060", escaped)
