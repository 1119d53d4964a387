"""What the cells of a column have in common, seen while they pass: what a glance tells is not asked of millions of rows again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_A_FEW = 64
_ZERO, _NINE = b"09"
_SMALL, _DIGITS = b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
_OF_NUMBERS = _DIGITS + b"+-.eE"
_OF_CODES, _OF_ADDRESSES = _SMALL + _SMALL.upper() + _DIGITS + b"#_-", _SMALL + _DIGITS + b"._+-@"


@dataclass(frozen=True)
class Glance:
    """What holds for some cells of a column that stand one below the other, at least one of them.

    Each of these may be missed where it holds, and is never claimed where it does not.
    """

    n_missing: int
    """Cells that are empty."""
    are_plain_ids: bool
    """The others are made of letters, digits, ``#``, ``_`` and ``-`` and end in a digit, or are addresses in small letters."""
    bound: float
    """What none of them exceeds, its sign left out, where all are numbers as computers write them; infinite where they are not."""
    rises: bool
    """Each cell is longer than the one above it, or as long and later in the alphabet: all of them differ."""
    falls: bool
    """The same, read from below."""
    first: str | None
    last: str | None

    @property
    def all_differ(self) -> bool:
        """True when no cell is empty and none comes back."""
        return self.rises or self.falls

    def above(self, other: Glance) -> Glance:
        """What holds for these cells and others that stand below them."""
        return Glance(
            self.n_missing + other.n_missing,
            self.are_plain_ids and other.are_plain_ids,
            max(self.bound, other.bound),
            self.rises and other.rises and _is_before(self.last, other.first),
            self.falls and other.falls and _is_before(other.first, self.last),
            self.first,
            other.last,
        )


def glance_at(cells: pa.StringArray) -> Glance:
    """Look over cells, at least one; empty ones are null."""
    lengths, signs = _lengths_and_signs(cells)
    are_digits = len(signs) == 0 or bool(signs.min() >= _ZERO and signs.max() <= _NINE)
    rises, falls = (False, False) if cells.null_count else _direction(cells, lengths)
    return Glance(
        cells.null_count,
        are_digits or _are_codes(lengths, signs) or _are_addresses(lengths, signs),
        10.0 ** min(float(lengths.max()), 300.0) - 1 if are_digits else _largest(cells, signs),
        rises,
        falls,
        cells[0].as_py(),
        cells[len(cells) - 1].as_py(),
    )


def _lengths_and_signs(cells: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The bytes each cell has, and the bytes of all of them one after the other."""
    _, offsets, text = cells.buffers()
    ends = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    signs = np.frombuffer(text, np.uint8)[ends[0] : ends[-1]] if text else np.empty(0, np.uint8)
    return np.diff(ends), signs


def _are_codes(lengths: np.ndarray, signs: np.ndarray) -> bool:
    if not _are_all(signs, _OF_CODES):
        return False
    last_signs = signs[np.cumsum(lengths)[lengths > 0] - 1]
    return bool(last_signs.min() >= _ZERO and last_signs.max() <= _NINE)


def _are_addresses(lengths: np.ndarray, signs: np.ndarray) -> bool:
    """True when each cell has one ``@`` with something on both sides."""
    if not _are_all(signs, _OF_ADDRESSES):
        return False
    lengths, places = lengths[lengths > 0], np.flatnonzero(signs == ord("@"))
    if len(places) != len(lengths):
        return False
    ends = np.cumsum(lengths)
    return bool((places > ends - lengths).all() and (places < ends - 1).all())


def _are_all(signs: np.ndarray, wanted: bytes) -> bool:
    # most texts are told by their first bytes
    return not any(some.tobytes().translate(None, wanted) for some in (signs[:_A_FEW], signs))


def _largest(cells: pa.StringArray, signs: np.ndarray) -> float:
    if not _are_all(signs, _OF_NUMBERS):
        return np.inf
    try:
        pc.cast(cells[:_A_FEW], pa.float64())  # an error is made for every cell that is none
        numbers = pc.cast(cells.drop_null() if cells.null_count else cells, pa.float64())
    except pa.ArrowInvalid:
        return np.inf
    largest = float(np.abs(numbers.to_numpy()).max(initial=0.0))
    return np.inf if np.isnan(largest) else largest


def _direction(cells: pa.StringArray, lengths: np.ndarray) -> tuple[bool, bool]:
    """Whether cells rise and whether they fall; a single one does both."""
    if len(cells) > _A_FEW and not any(_direction(cells[:_A_FEW], lengths[:_A_FEW])):
        return False, False
    upper, lower, longer = cells[:-1], cells[1:], np.diff(lengths)
    rises = bool(((longer > 0) | (longer == 0) & _truth(pc.less(upper, lower))).all())
    falls = bool(((longer < 0) | (longer == 0) & _truth(pc.greater(upper, lower))).all())
    return rises, falls


def _truth(flags: pa.BooleanArray) -> np.ndarray:
    truth: np.ndarray = flags.to_numpy(zero_copy_only=False)
    return truth


def _is_before(upper: str | None, lower: str | None) -> bool:
    if upper is None or lower is None:
        return False
    one, other = upper.encode(), lower.encode()
    return (len(one), one) < (len(other), other)
