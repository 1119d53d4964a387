"""The most likely encoding of bytes that are not UTF-8."""

from __future__ import annotations

import re

from clm_core.ingest.opening.legible import legibility

# what shops and spreadsheets write, the likeliest first: where two give equally good words, the first is taken
_ONE_BYTE = (
    "cp1252", "cp1250", "cp1251", "cp850", "cp437", "mac_roman",
    "cp1254", "cp1253", "koi8_r", "iso8859_2", "cp852", "cp866",
)  # fmt: skip
# encoding → first bytes of the signs that everyday text is made of. Two encodings can often read the same bytes, and the
# wrong one then gives rare signs. An encoding with fewer everyday signs comes first: less of them is met by chance.
_MANY_BYTES = {
    "euc_jp": ((0xA1, 0xA1), (0xA4, 0xA5), (0xB0, 0xCF)),
    "cp949": ((0xA1, 0xA3), (0xB0, 0xC8)),
    "cp932": ((0x81, 0x84), (0x88, 0x97)),
    "gb18030": ((0xA1, 0xA3), (0xB0, 0xD7)),
    "cp950": ((0xA1, 0xA3), (0xA4, 0xC6)),
}
_ENOUGH = 0.7


def likely_encoding(sample: bytes) -> str:
    """The encoding in which lines with bytes beyond ASCII read best; UTF-8 where only a few of its bytes are wrong."""
    if _is_mostly_utf8(sample):
        return "utf-8"
    shares = {name: _everyday_share(sample, name) for name in _MANY_BYTES}
    best = max(shares, key=lambda name: round(shares[name], 1))
    if shares[best] >= _ENOUGH:
        return best
    return max(_ONE_BYTE, key=lambda name: legibility(sample.decode(name, errors="replace")))


def _is_mostly_utf8(sample: bytes) -> bool:
    """True where most signs are valid UTF-8: in other encodings hardly a pair of bytes is."""
    signs = [sign for sign in sample.decode("utf-8", errors="replace") if sign > "\x7f"]
    return signs.count("\ufffd") < len(signs) / 2


def _everyday_share(sample: bytes, name: str) -> float:
    """The share of signs beyond ASCII that are everyday ones of the encoding; 0 where they are no East Asian words.

    Those stand side by side and hardly ever touch a Latin letter.
    """
    text = sample.decode(name, errors="replace")
    runs = re.findall(r"[^\x00-\x7f]+", text)
    n_signs = sum(map(len, runs))
    n_touching = len(re.findall(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]", text))
    if not runs or n_signs < 1.5 * len(runs) or n_touching > 0.5 * len(runs):
        return 0.0
    signs = [sign.encode(name, errors="ignore") for run in runs for sign in run]
    firsts = [int(sign[0]) for sign in signs if len(sign) == 2]
    if name == "euc_jp" and not re.search("[ぁ-ヺ]", text):
        return 0.0  # without syllables that only Japanese has it may as well be Chinese
    everyday = sum(low <= first <= high for first in firsts for low, high in _MANY_BYTES[name])
    return everyday / n_signs
