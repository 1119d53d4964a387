"""A first look at files: how they are written, what the columns hold, what each most likely means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clm_core.ingest.presets import Preset, recognise
from clm_core.ingest.recognising.guess import Guess, guess_kind, guess_mapping
from clm_core.ingest.recognising.profile import ColumnProfile, profile_columns
from clm_core.ingest.roles import TableKind
from clm_core.ingest.splitting.dialect import Dialect
from clm_core.ingest.splitting.read import Source, load
from clm_core.ingest.watch import Watch
from clm_core.ingest.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Inspection:
    """What was found in the files before anything is decided."""

    file_name: str
    kind: TableKind
    preset: Preset | None
    dialect: Dialect
    columns: tuple[ColumnProfile, ...]
    n_rows: int
    guess: Guess


def inspect(
    paths: Sequence[Path], kind: TableKind | None = None, *, hash_emails: bool = False, watch: Watch | None = None
) -> Inspection:
    """Read files as text, recognise the export, and guess which column plays which role.

    Parameters
    ----------
    paths
        One file, or several of one shape that together are one history.
    kind
        What the rows are: orders, customers, events or spend. Left out, it is told by the export or the columns.
    hash_emails
        Every e-mail address becomes its SHA-256 at the door; no sample shows one.
    watch
        Told of each step; it can cancel.

    Returns
    -------
    Inspection
        The export where it is known, dialect, a profile of each column, and the guessed mapping. A role without a fitting column is left out of it.

    Raises
    ------
    InputError
        When a file is empty, damaged, binary, too big once expanded, or has no data rows.
    MappingError
        When the files have different columns.
    Cancelled
        When the watcher cancelled.
    """
    with open_workspace(watch) as workspace:
        return look_at(workspace, load(workspace, paths, hash_emails=hash_emails), kind)


def look_at(workspace: Workspace, source: Source, kind: TableKind | None) -> Inspection:
    """Profile, recognise and guess over rows that are already loaded."""
    workspace.begin("Looking at the columns")
    profiles = profile_columns(workspace.con, source)
    preset = recognise(source.names) if source.dialect.has_header else None
    if kind is None:
        kind = (preset and preset.table) or guess_kind(profiles, source)
    guess = guess_mapping(workspace.con, source, profiles, kind, preset)
    dialect = source.with_decimal(guess.mapping.decimal).dialect
    return Inspection(source.file_name, kind, preset, dialect, profiles, source.n_rows, guess)
