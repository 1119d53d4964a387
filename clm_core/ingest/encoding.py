"""The character encoding of a text file, and a UTF-8 copy where it has another."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from clm_core.ingest.refusal import unreadable

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what shops and spreadsheets write; a closed list keeps rare code pages from winning by accident
_ONE_BYTE = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254"]
# recognised by their narrow form, read by the wider one that Windows writes
_MANY_BYTES = {"cp932": "cp932", "euc_jp": "euc_jp", "gb2312": "gb18030", "big5": "cp950", "euc_kr": "cp949"}
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})


class Text(NamedTuple):
    """A UTF-8 text, the encoding it had, and what had to be changed to read it."""

    path: Path
    encoding: str
    notes: tuple[str, ...] = ()


def to_utf8(path: Path, folder: Path, shown: str) -> Text:
    """A UTF-8 text with the same content: the file itself, or a copy in ``folder``."""
    encoding = find_encoding(path, shown)
    if encoding == "utf-8":
        return Text(path, encoding)
    target = folder / f"{len(list(folder.iterdir()))}.utf8"
    try:
        # newline="" keeps line ends as they are, those inside quoted cells too
        with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
            while chunk := source.read(_CHUNK):
                out.write(chunk)
    except UnicodeError as error:
        raise unreadable(shown, f"bytes that are not {encoding}") from error
    return Text(target, encoding.removesuffix("-sig") + (" with BOM" if encoding.endswith("-sig") else ""))


def find_encoding(path: Path, shown: str) -> str:
    """Name the encoding: by its mark, by being valid UTF-8, or by what the bytes most likely are."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\x00" in head:
        return _wide(head, shown)
    if len(head.translate(None, _CONTROL)) < len(head) * 0.97 - 2:
        raise unreadable(shown, "binary data")
    return "utf-8" if _is_utf8(path) else _likely(path, shown)


def _wide(head: bytes, shown: str) -> str:
    """UTF-16 without a mark shows as zero bytes on every other place; zeros anywhere else mean binary data."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough, few = 0.15 * len(head), 0.025 * len(head)
    name = "utf-16-le" if odd > enough and even < few else "utf-16-be" if even > enough and odd < few else ""
    text = head[: len(head) // 2 * 2].decode(name, errors="replace") if name else ""
    if any(ord(sign) in _CONTROL or sign == "\ufffd" for sign in text[:-1]) or not text:
        raise unreadable(shown, "binary data")
    return name


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likely(path: Path, shown: str) -> str:
    """Judge only lines with bytes beyond ASCII: in the others every encoding looks alike."""
    telling: list[bytes] = []
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                telling.append(line)
            if len(telling) >= 200:
                break
    sample = b"".join(telling)
    wide = [name for name in _MANY_BYTES if _is_dense(sample, name)]
    for name in _ranked(sample, wide or _ONE_BYTE):
        reading = _MANY_BYTES.get(name, name)
        if _decodes(path, reading):
            return reading
    # every byte means something in Latin-1, so text with a stray byte still opens
    return "cp1252" if _decodes(path, "cp1252") else "latin-1"


def _is_dense(sample: bytes, name: str) -> bool:
    """True where the bytes are valid and the letters beyond ASCII stand side by side, as in East Asian words."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    runs = re.findall(r"[^\x00-\x7f]+", text)
    letters = sum(map(len, runs))
    # bytes of one East Asian encoding are often valid in another, and then give signs that nobody writes in rows:
    # Chinese read as Korean gives hanja, Korean read as Japanese gives half-width kana
    if name == "euc_kr" and len(re.findall("[가-힣]", text)) < 0.95 * letters:
        return False
    if name == "cp932" and len(re.findall("[\uff61-\uff9f]", text)) > 0.3 * letters:
        return False
    return bool(runs) and letters / len(runs) >= 1.5


def _ranked(sample: bytes, names: list[str]) -> list[str]:
    """Encodings from most to least likely; among equals the first of ``names``."""
    if len(names) == 1:
        return names
    matches = from_bytes(sample, cp_isolation=names, threshold=0.6)
    # encodings that give the same text are listed under one match
    chaos = {name: round(m.chaos, 2) for m in matches for name in (m.encoding, *m.could_be_from_charset)}
    return sorted((name for name in names if name in chaos), key=chaos.__getitem__)


def _decodes(path: Path, name: str) -> bool:
    try:
        with path.open(encoding=name, newline="") as stream:
            while stream.read(_CHUNK):
                pass
    except UnicodeError:
        return False
    return True
