"""Compressed files: expanded to plain ones in the workspace, up to a limit."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO

from clm_core.errors import InputError
from clm_core.ingest.opening.foreign import check_archive
from clm_core.ingest.watch import Watch

LIMIT_BYTES = 2 * 1024**3
_HARMLESS_BYTES = 100 * 1024**2
_MOST_FOLD = 200  # exports shrink to a tenth or a thirtieth, bombs to a thousandth
_MOST_MEMBERS = 1000
_IS_ENCRYPTED = 1
_CHUNK = 1 << 20
_TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".dat", ".xlsx", ".parquet")


def unpack(path: Path, folder: Path, limit: int = LIMIT_BYTES, watch: Watch | None = None) -> list[Path]:
    """The plain files behind a path: itself, what a .gz holds, or the tables inside a .zip.

    Raises
    ------
    InputError
        When the file cannot be opened, is empty, damaged or protected, expands to more than ``limit`` bytes, or holds
        no table.
    Cancelled
        When the watcher cancelled.
    """
    watch = watch or Watch()
    head = _head(path)
    limit = min(limit, max(_HARMLESS_BYTES, _MOST_FOLD * path.stat().st_size))
    if head[:2] == b"\x1f\x8b":
        return [_expand_gzip(path, folder, limit, watch)]
    if head[:4] == b"PK\x03\x04" and not _is_workbook(path):
        return _expand_zip(path, folder, limit, watch)
    return [path]


def _head(path: Path) -> bytes:
    try:
        # a pipe or a device may never end, and a pipe that nobody writes to cannot even be opened
        if not stat.S_ISREG(path.stat().st_mode):
            raise _unopened(path, "a folder" if path.is_dir() else "no plain file")
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise _unopened(path, error.strerror or "no such file") from error
    if not head:
        raise InputError(
            f"The file '{path.name}' is empty.",
            where=path.name,
            found="0 bytes",
            allowed="a table with a header line and at least one data row",
            next_step="Export the file again and check that it has rows.",
        )
    return head


def _unopened(path: Path, found: str) -> InputError:
    return InputError(
        f"The file '{path.name}' cannot be opened.",
        where=path.name,
        found=found,
        allowed="a file that exists and may be read",
        next_step="Check the path, then try again.",
    )


def _is_workbook(path: Path) -> bool:
    with _opened_zip(path) as archive:
        names = archive.namelist()
    check_archive(names, path.name)
    return "[Content_Types].xml" in names


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise _broken(path) from error


def _expand_gzip(path: Path, folder: Path, limit: int, watch: Watch) -> Path:
    target = _new_file(folder)
    try:
        with gzip.open(path, "rb") as source:
            _copy(source, target, path, limit, watch)
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(path) from error
    return target


def _expand_zip(path: Path, folder: Path, limit: int, watch: Watch) -> list[Path]:
    targets = []
    with _opened_zip(path) as archive:
        members = [m for m in archive.infolist() if _is_table(m.filename)]
        if not members:
            raise InputError(
                f"The archive '{path.name}' holds no table.",
                where=path.name,
                found=", ".join(archive.namelist()[:5]) or "nothing",
                allowed=", ".join(_TABLE_ENDINGS),
                next_step="Unpack it and give the table itself.",
            )
        if len(members) > _MOST_MEMBERS:
            raise _too_big(path, f"{len(members):,} tables", f"up to {_MOST_MEMBERS:,} tables")
        for member in members:
            # a member's own name is never used as a path: it may lead out of the folder
            target = _new_file(folder)
            if member.flag_bits & _IS_ENCRYPTED:
                raise _broken(path, "a file protected by a password")
            try:
                with archive.open(member) as source:
                    limit -= _copy(source, target, path, limit, watch)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
                raise _broken(path) from error
            targets.append(target)
    return targets


def _is_table(name: str) -> bool:
    return name.lower().endswith(_TABLE_ENDINGS) and not name.startswith("__MACOSX")


def _new_file(folder: Path) -> Path:
    return folder / f"{len(list(folder.iterdir()))}.plain"


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, path: Path, limit: int, watch: Watch) -> int:
    """Copy at most ``limit`` bytes; a declared size is not believed, what comes out is counted."""
    size = 0
    with target.open("wb") as out:
        for chunk in watch.pieces(source.read, _CHUNK):
            size += len(chunk)
            if size > limit:
                raise _too_big(path, f"more than {limit:,} bytes", f"up to {limit:,} bytes")
            out.write(chunk)
    return size


def _too_big(path: Path, found: str, allowed: str) -> InputError:
    return InputError(
        f"The file '{path.name}' is too big once expanded.",
        where=path.name,
        found=found,
        allowed=allowed,
        next_step="Split the history into several files, or convert it to Parquet.",
    )


def _broken(path: Path, found: str = "an archive that cannot be expanded") -> InputError:
    return InputError(
        f"The compressed file '{path.name}' is damaged or protected by a password.",
        where=path.name,
        found=found,
        allowed="an intact .gz or .zip without password",
        next_step="Download or export it again, or give the unpacked file.",
    )
