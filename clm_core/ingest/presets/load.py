"""Read the presets and the translations that ship with the project."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from clm_core.definitions import read_definition
from clm_core.errors import DefinitionError, did_you_mean
from clm_core.ingest.aliases import fold
from clm_core.ingest.presets.model import Preset
from clm_core.ingest.roles import TableKind

_WORDS = "words_"
_PLAIN = "plain_"
_FOLDER = resources.files("clm_core.ingest.presets")


@cache
def all_presets() -> tuple[Preset, ...]:
    """Every export known by name, by id."""
    return tuple(preset for preset in _every() if not preset.id.startswith(_PLAIN))


@cache
def _every() -> tuple[Preset, ...]:
    names = sorted(
        entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".toml") and not entry.name.startswith(_WORDS)
    )
    return tuple(_read(name) for name in names)


def _read(name: str) -> Preset:
    preset = read_definition(
        Preset,
        _FOLDER.joinpath(name).read_text(encoding="utf-8"),
        what="preset",
        where=name,
        allowed=", ".join(Preset.model_fields),
        next_step="Mend this place; docs/imports.md tells how a preset is made.",
    )
    if f"{preset.id}.toml" != name:
        raise DefinitionError("A preset's id is the name of its file.", where=name, found=preset.id)
    return preset


def load_preset(preset_id: str) -> Preset:
    """A preset by its id.

    Raises
    ------
    DefinitionError
        When there is no preset of that id.
    """
    known = {preset.id: preset for preset in _every()}
    if preset_id not in known:
        raise DefinitionError(
            "There is no such preset." + did_you_mean(preset_id, list(known)),
            where="preset",
            found=preset_id,
            allowed=", ".join(known),
            next_step="Choose one of these, or leave the preset out.",
        )
    return known[preset_id]


@cache
def plain_headers(kind: TableKind) -> dict[str, tuple[str, ...]]:
    """Role → folded names that head its column in files of no particular system, best first, in every language."""
    return {
        role: tuple(word for name in names for word in in_all_languages(name))
        for role, names in load_preset(_PLAIN + kind).columns.items()
    }


@cache
def known_headers() -> frozenset[str]:
    """Every folded name that heads a column in some preset, in every language."""
    names = {
        name for preset in _every() for group in (*preset.columns.values(), *preset.recognised_by) for name in group
    }
    return frozenset(word for name in names if "*" not in name for word in in_all_languages(name))


def in_all_languages(name: str) -> tuple[str, ...]:
    """A column's name folded, and its translations; a ``*`` stays what it is."""
    folded = "*".join(fold(part) for part in name.split("*"))
    return (folded, *_translations().get(folded, ()))


@cache
def _translations() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for entry in sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.startswith(_WORDS)):
        for english, languages in tomllib.loads(_FOLDER.joinpath(entry).read_text(encoding="utf-8")).items():
            words = (fold(word) for spoken in languages.values() for word in spoken)
            found.setdefault(fold(english), {}).update(dict.fromkeys(words))
    return {english: tuple(words) for english, words in found.items()}
