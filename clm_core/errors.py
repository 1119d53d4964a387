"""Every error a user can cause, in one tree.

ClmError
├── InputError        a file cannot be read, or lacks what is needed
│   └── MappingError  a column that was named is not in the file, or two claim one role
├── DefinitionError   a framework, persona or recipe file is not valid
├── PeriodError       a day or window outside what the data covers
├── RoomError         a workshop room is not there, closed, full, or not the asker's
└── TooThinError      the data cannot carry the analysis asked for

Problems inside the data do not raise: they are collected as :class:`Issue` rows and shown together.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning", "info"]


class ClmError(Exception):
    """A problem the user can solve: what is wrong, where, what was found, what is allowed, what to do next."""

    code = "error"

    def __init__(self, what: str, *, where: str = "", found: str = "", allowed: str = "", next_step: str = "") -> None:
        self.what, self.where, self.found = what, where, found
        self.allowed, self.next_step = allowed, next_step
        self.table = ""  # which kind of file it is about, where a pipeline knows
        super().__init__(what)

    def parts(self) -> list[tuple[str, str]]:
        """The message as (label, text) pairs, empty ones left out."""
        named = [
            ("Where", self.where),
            ("Found", self.found),
            ("Allowed", self.allowed),
            ("Next", self.next_step),
        ]
        return [(label, text) for label, text in named if text]

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {label}: {text}" for label, text in self.parts())])


class InputError(ClmError):
    """A file cannot be read, or lacks what is needed."""

    code = "input"


class MappingError(InputError):
    """A column that was named is not in the file, or two columns claim one role."""

    code = "mapping"


class DefinitionError(ClmError):
    """A framework, persona or recipe definition is not valid."""

    code = "definition"


class PeriodError(ClmError):
    """A day or window lies outside what the data covers."""

    code = "period"


class RoomError(ClmError):
    """A workshop room is not there, closed, full, or not the asker's."""

    code = "room"


class TooThinError(ClmError):
    """The data cannot carry the analysis asked for."""

    code = "too_thin"


@dataclass(frozen=True)
class Issue:
    """One finding about data or a definition: how severe, what, how many rows, up to five examples.

    ``switch`` names the field of :class:`clm_core.ingest.Mapping` that changes the treatment, where there is one. ``place`` is
    the part of a definition that is meant, such as `rules.silent`.
    """

    severity: Severity
    code: str
    message: str
    n_rows: int = 0
    examples: tuple[str, ...] = ()
    switch: str = ""
    place: str = ""


def did_you_mean(name: str, known: list[str]) -> str:
    """A hint naming the closest known word, or an empty string."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
