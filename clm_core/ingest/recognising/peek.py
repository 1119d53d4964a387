"""A quick look at the beginning of a file: enough to tell which export it is, however long it is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from clm_core.ingest.recognising.inspection import Inspection, inspect
from clm_core.ingest.roles import TableKind
from clm_core.ingest.watch import Watch

BEGINNING_BYTES = 1 << 18
_BINARY = (b"\x1f\x8b", b"PK\x03\x04", b"PAR1")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def peek(
    path: Path, kind: TableKind | None = None, *, hash_emails: bool = False, watch: Watch | None = None
) -> Inspection:
    """Inspect the first rows of a file as :func:`inspect` does the whole; what it tells of rows is told of those.

    Compressed files, workbooks and Parquet have no beginning that can be cut off: they are inspected whole.

    Raises
    ------
    InputError
        When the file is empty, damaged, binary, or has no data rows.
    Cancelled
        When the watcher cancelled.
    """
    with tempfile.TemporaryDirectory(prefix="peek-") as folder:
        return inspect([_beginning(path, Path(folder))], kind, hash_emails=hash_emails, watch=watch)


def _beginning(path: Path, folder: Path) -> Path:
    """A copy of the first lines of a long text, under its own name; any other file as it is."""
    if not path.is_file() or path.stat().st_size <= BEGINNING_BYTES:
        return path
    with path.open("rb") as stream:
        start = stream.read(BEGINNING_BYTES)
    end = max(start.rfind(b"\n"), start.rfind(b"\r")) + 1
    if start.startswith(_BINARY) or not end:
        return path
    if start.startswith(_WIDE):  # two bytes a letter
        end -= end % 2
    beginning = folder / path.name
    beginning.write_bytes(start[:end])
    return beginning
