"""The character encoding of a text file, and a UTF-8 copy where it has another."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from clm_core.ingest.opening.code_pages import likely_encoding
from clm_core.ingest.opening.foreign import check_text
from clm_core.ingest.opening.refusal import no_table
from clm_core.ingest.watch import Watch

MOST_LINE_BYTES = 1 << 20
_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_LINES = 300
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})
_CONTROL_SIGNS = frozenset(_CONTROL.decode("ascii")) | {"\ufffd"}


class Text(NamedTuple):
    """A UTF-8 text, the encoding it had, and what had to be changed to read it."""

    path: Path
    encoding: str
    notes: tuple[str, ...] = ()


class _Survey(NamedTuple):
    """What one pass over the bytes tells."""

    is_utf8: bool
    n_zero_bytes: int


def to_utf8(path: Path, folder: Path, shown: str, watch: Watch | None = None) -> Text:
    """A UTF-8 text with the same content: the file itself, or a copy in ``folder``.

    Raises
    ------
    InputError
        When the bytes are no text, or a line is longer than any table's.
    """
    watch = watch or Watch()
    encoding, survey = find_encoding(path, shown, watch)
    spoken = _spoken(encoding)
    if survey.is_utf8 and not survey.n_zero_bytes:
        return Text(path, spoken)
    target = folder / f"{len(list(folder.iterdir()))}.utf8"
    is_wide = encoding.startswith(("utf-16", "utf-32"))
    n_zero = n_unreadable = 0
    # newline="" keeps line ends as they are, those inside quoted cells too
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", errors="replace", newline="") as out,
    ):
        for chunk in watch.pieces(source.read, _CHUNK):
            n_zero += chunk.count("\x00")
            n_unreadable += 0 if survey.is_utf8 and not is_wide else chunk.count("\ufffd")
            out.write(chunk.replace("\x00", ""))
    return Text(target, spoken, tuple(_notes(n_zero, n_unreadable, spoken)))


def _notes(n_zero: int, n_unreadable: int, encoding: str) -> Iterator[str]:
    if n_zero:
        yield f"Zero bytes were left out of the text: {n_zero:,}."
    if n_unreadable:
        yield f"Characters that could not be read as {encoding}: {n_unreadable:,}. They are shown as '\ufffd'."


def begins_as_utf8(path: Path, shown: str) -> str:
    """The name of UTF-8, with or without its mark, where a file begins so; empty where it does not.

    Raises
    ------
    InputError
        When the bytes are no text.
    """
    head, marked = _head(path, shown)
    begins = _continues(codecs.getincrementaldecoder("utf-8")(), head)
    return _spoken(marked or "utf-8") if marked in ("", "utf-8-sig") and begins else ""


def is_plain_utf8(records: bytes) -> bool:
    """True for whole lines of UTF-8 that can be read as they stand: no zero bytes, and no line longer than any table's."""
    if b"\0" in records or not (records.isascii() or _is_utf8(records)):
        return False
    start = 0
    while len(records) - start > MOST_LINE_BYTES:
        end = start + MOST_LINE_BYTES + 1
        last = max(records.rfind(b"\n", start, end), records.rfind(b"\r", start, end))
        if last < 0:
            return False
        start = last + 1
    return True


def find_encoding(path: Path, shown: str, watch: Watch) -> tuple[str, _Survey]:
    """Name the encoding: by its mark, by being valid UTF-8, or by what the bytes most likely are."""
    _, marked = _head(path, shown)
    if marked.startswith(("utf-16", "utf-32")):
        return marked, _Survey(is_utf8=False, n_zero_bytes=0)
    survey = _survey(path, shown, watch)
    return marked or ("utf-8" if survey.is_utf8 else likely_encoding(_telling(path))), survey


def _head(path: Path, shown: str) -> tuple[bytes, str]:
    """The first bytes of a text, and the encoding that they themselves tell."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    check_text(head, shown)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "") or _wide(head)
    # a few zero bytes fill fields, more controls of other kinds mean that this is no text
    is_binary = len(head.translate(None, _CONTROL[1:])) < len(head) * 0.97 - 2 or head.count(0) > 0.4 * len(head)
    if is_binary and not marked.startswith(("utf-16", "utf-32")):
        raise no_table(shown, "binary data")
    return head, marked


def _spoken(encoding: str) -> str:
    return encoding.removesuffix("-sig") + (" with BOM" if encoding.endswith("-sig") else "")


def _is_utf8(text: bytes) -> bool:
    return _continues(codecs.getincrementaldecoder("utf-8")(), text, final=True)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark shows as zero bytes on every other place; zeros anywhere else mean something else."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough, few = 0.1 * len(head), 0.02 * len(head)
    name = "utf-16-le" if odd > enough and even < few else "utf-16-be" if even > enough and odd < few else ""
    text = head[: len(head) // 2 * 2].decode(name, errors="replace") if name else ""
    is_text = text and _CONTROL_SIGNS.isdisjoint(text[:-1])
    return name if is_text else ""


def _survey(path: Path, shown: str, watch: Watch) -> _Survey:
    """One pass over all bytes; plain ASCII, which most files are, costs next to nothing."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, n_zero, line_bytes = True, 0, 0
    with path.open("rb") as stream:
        for chunk in watch.pieces(stream.read, _CHUNK):
            n_zero += chunk.count(0)
            line_bytes = _check_line(chunk, line_bytes, shown)
            is_utf8 = is_utf8 and _continues(decoder, chunk)
    return _Survey(is_utf8 and _continues(decoder, b"", final=True), n_zero)


def _check_line(chunk: bytes, line_bytes: int, shown: str) -> int:
    """Refuse a line that no table has; return how much of a line is open at the chunk's end."""
    first = min((place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0), default=len(chunk))
    if line_bytes + first > MOST_LINE_BYTES:
        raise no_table(shown, f"a line of more than {MOST_LINE_BYTES:,} bytes")
    last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    return len(chunk) - 1 - last if last >= 0 else line_bytes + len(chunk)


def _continues(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    if chunk.isascii() and not final and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _telling(path: Path) -> bytes:
    """Lines with bytes beyond ASCII: in the others every encoding looks alike."""
    with path.open("rb") as stream:
        return b"".join(line for line, _ in zip(_lines(stream), range(_SAMPLE_LINES), strict=False))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    # a file with bare carriage returns has no line ends here: what is read at once is bounded
    while line := stream.readline(_CHUNK):
        if not line.isascii():
            yield from (part for part in line.splitlines(keepends=True) if not part.isascii())
