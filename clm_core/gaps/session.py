"""A finished workshop as one value: kept as a file, and compared with the one before."""

from __future__ import annotations

from datetime import date

import pandas as pd
import tomli_w
from pydantic import Field

from clm_core.definitions import read_definition
from clm_core.gaps.model import Frozen, Id, Name
from clm_core.gaps.scores import ACTIVITY

Score = float | None
MOVES = ("closed", "narrowed", "same", "widened", "new", "dropped")
"""What can become of a gap, best first; `new` and `dropped` were not scored in one of the two sessions."""


class Scored(Frozen):
    """An activity as the room left it."""

    activity: Id
    name: Name
    stage: str
    current: Score = Field(default=None, ge=0, le=5)
    target: Score = Field(default=None, ge=0, le=5)
    importance: Score = Field(default=None, ge=1, le=5)
    effort: Score = Field(default=None, ge=1, le=5)


class Session(Frozen):
    """What a workshop scored, and when. Nobody who took part is named in it."""

    name: str = Field(min_length=1, max_length=80)
    held_on: date
    catalogue: str
    framework: str
    scored: tuple[Scored, ...]


def session_of(table: pd.DataFrame, *, name: str, held_on: date, catalogue: str, framework: str) -> Session:
    """A session from the table of gaps; activities that nobody scored are left out."""
    fields = list(Scored.model_fields)
    known = table[table["current"].notna() | table["target"].notna()][fields].astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    scored = tuple(Scored.model_validate(row) for row in rows)
    return Session(name=name, held_on=held_on, catalogue=catalogue, framework=framework, scored=scored)


def dump_session(session: Session) -> str:
    """A session as TOML text that :func:`parse_session` reads back to an equal value."""
    return tomli_w.dumps(session.model_dump(exclude_none=True))


def parse_session(text: str, where: str = "session file") -> Session:
    """A session from TOML text.

    Raises
    ------
    DefinitionError
        When the text is not TOML or not a session; the message names the first faulty place.
    """
    return read_definition(
        Session,
        text,
        what="session",
        where=where,
        allowed=", ".join(Session.model_fields),
        next_step="Give the file that a workshop was saved as.",
    )


def compare_sessions(before: Session, after: Session) -> pd.DataFrame:
    """What became of each gap: `activity`, `name`, `current_before`, `current_after`, `target_before`, `target_after`,
    `gap_before`, `gap_after`, `move` (one of :data:`MOVES`). The largest change for the better first, then by name."""
    sides = [_gaps(session).add_suffix(suffix) for session, suffix in ((before, "_before"), (after, "_after"))]
    both = sides[0].join(sides[1], how="outer")
    table = both.assign(
        name=both["name_after"].fillna(both["name_before"]), move=[_move(*row) for row in _pairs(both)]
    ).reset_index()
    change = table["gap_after"].fillna(0) - table["gap_before"].fillna(0)
    order = table.assign(_change=change).sort_values(["_change", "name"], ignore_index=True)
    numbers = [f"{measure}_{side}" for measure in ("current", "target", "gap") for side in ("before", "after")]
    return order[[ACTIVITY, "name", *numbers, "move"]]


def _gaps(session: Session) -> pd.DataFrame:
    columns = [ACTIVITY, "name", "current", "target"]
    table = pd.DataFrame([[getattr(one, name) for name in columns] for one in session.scored], columns=columns)
    numbers = table.astype({"current": "float64", "target": "float64"})
    return numbers.assign(gap=(numbers["target"] - numbers["current"]).clip(lower=0)).set_index(ACTIVITY)


def _pairs(both: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(both["gap_before"], both["gap_after"], strict=True))


def _move(before: float, after: float) -> str:
    if after != after:
        return "dropped"
    if before != before:
        return "new"
    if after == before:
        return "same"
    return "widened" if after > before else "narrowed" if after > 0 else "closed"
