"""Which export a header belongs to, and what to say when it is not the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from clm_core.errors import InputError
from clm_core.ingest.aliases import CURRENCY_CODES, fold
from clm_core.ingest.presets.load import all_presets, in_all_languages
from clm_core.ingest.presets.model import Preset
from clm_core.ingest.roles import TableKind


def recognise(names: Sequence[str], presets: Sequence[Preset] | None = None) -> Preset | None:
    """The preset that a header fits; among several the one that asks for most."""
    headers = {folded for name in names for folded in folded_header(name)}
    fitting = [preset for preset in presets or all_presets() if _fits(preset, headers)]
    return max(fitting, key=lambda preset: len(preset.recognised_by), default=None)


def column_for(aliases: Sequence[str], names: Sequence[str]) -> str | None:
    """The column that the first fitting alias names."""
    for alias in aliases:
        for name in names:
            if _is_named(alias, folded_header(name)):
                return name
    return None


def check_kind(preset: Preset | None, kind: TableKind, file_name: str) -> None:
    """Raise InputError when a file is an export of another table, or one that nothing can be read from."""
    if preset is None or preset.table == kind:
        return
    feeds = f", which feeds the {preset.table} table" if preset.table else ""
    lacks = f": {preset.lacks}" if preset.lacks else ""
    use = f"For orders use {preset.instead}." if preset.instead and kind == "orders" else ""
    give = f"Give this file as {preset.table}." if preset.table else "Leave this file out."
    raise InputError(
        f"'{file_name}' is not a file of {kind}: it is the {preset.title}{feeds}{lacks}.",
        where=f"{file_name}, header",
        found=f"{preset.title} ({preset.menu})",
        allowed=f"a table of {kind}",
        next_step=" ".join(part for part in (use, give) if part),
    )


@cache
def folded_header(name: str) -> tuple[str, ...]:
    """A header folded, with and without the currency that some exports add: ``Amount spent (USD)``."""
    words = name.replace("(", " ").replace(")", " ").split()
    bare = " ".join(word for word in words if word not in CURRENCY_CODES)
    return tuple(dict.fromkeys((fold(name), fold(bare)))) if "(" in name else (fold(name),)


def _fits(preset: Preset, headers: Iterable[str]) -> bool:
    if not preset.recognised_by or any(_is_named(name, headers) for name in preset.unless):
        return False
    return all(any(_is_named(name, headers) for name in group) for group in preset.recognised_by)


def _is_named(alias: str, headers: Iterable[str]) -> bool:
    words = in_all_languages(alias)
    if "*" not in alias:
        return any(word in headers for word in words)
    return any(_pattern(word).fullmatch(header) for word in words for header in headers)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in word.split("*")))
