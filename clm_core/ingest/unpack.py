"""Compressed files: expanded to plain ones in the workspace, up to a limit."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import IO

from clm_core.errors import InputError

LIMIT_BYTES = 2 * 1024**3
_CHUNK = 1 << 20
_TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".dat", ".xlsx", ".parquet")


def unpack(path: Path, folder: Path, limit: int = LIMIT_BYTES) -> list[Path]:
    """The plain files behind a path: itself, what a .gz holds, or the tables inside a .zip."""
    head = _head(path)
    if head[:2] == b"\x1f\x8b":
        return [_expand_gzip(path, folder, limit)]
    if head[:4] == b"PK\x03\x04" and not _is_workbook(path):
        return _expand_zip(path, folder, limit)
    return [path]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise InputError(
            f"The file '{path.name}' cannot be opened.",
            where=path.name,
            found=error.strerror or "no such file",
            allowed="a file that exists and may be read",
            next_step="Check the path, then try again.",
        ) from error
    if not head:
        raise InputError(
            f"The file '{path.name}' is empty.",
            where=path.name,
            found="0 bytes",
            allowed="a table with a header line and at least one data row",
            next_step="Export the file again and check that it has rows.",
        )
    return head


def _is_workbook(path: Path) -> bool:
    with _opened_zip(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise _broken(path) from error


def _expand_gzip(path: Path, folder: Path, limit: int) -> Path:
    target = folder / f"{path.stem}.{len(list(folder.iterdir()))}.plain"
    try:
        with gzip.open(path, "rb") as source:
            _copy(source, target, path, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(path) from error
    return target


def _expand_zip(path: Path, folder: Path, limit: int) -> list[Path]:
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
        for number, member in enumerate(members):
            target = folder / f"{path.stem}.{number}.{len(list(folder.iterdir()))}.plain"
            try:
                with archive.open(member) as source:
                    limit -= _copy(source, target, path, limit)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
                raise _broken(path) from error
            targets.append(target)
    return targets


def _is_table(name: str) -> bool:
    return name.lower().endswith(_TABLE_ENDINGS) and not name.startswith("__MACOSX")


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, path: Path, limit: int) -> int:
    """Copy at most ``limit`` bytes; a declared size is not believed, what comes out is counted."""
    size = 0
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise InputError(
                    f"The file '{path.name}' is too big once expanded.",
                    where=path.name,
                    found=f"more than {limit:,} bytes",
                    allowed=f"up to {limit:,} bytes",
                    next_step="Split the history into several files, or convert it to Parquet.",
                )
            out.write(chunk)
    return size


def _broken(path: Path) -> InputError:
    return InputError(
        f"The compressed file '{path.name}' is damaged or protected by a password.",
        where=path.name,
        found="an archive that cannot be expanded",
        allowed="an intact .gz or .zip without password",
        next_step="Download or export it again, or give the unpacked file.",
    )
