"""Read the shipped catalogues and the vocabulary they share."""

from __future__ import annotations

from functools import cache
from importlib import resources

from clm_core.definitions import read_definition
from clm_core.errors import DefinitionError, did_you_mean
from clm_core.gaps.model import Catalogue, Vocabulary

CATALOGUES = ("retail", "b2b", "email", "social")
"""The ids of the shipped catalogues, the default first."""


@cache
def vocabulary() -> Vocabulary:
    """Moments, channels, metrics and evidence rules."""
    return read_definition(
        Vocabulary,
        _text("vocabulary"),
        what="vocabulary",
        where="vocabulary.toml",
        allowed="moments, channels, metrics and evidence as shipped",
        next_step="Mend this place.",
    )


@cache
def load_catalogue(catalogue_id: str) -> Catalogue:
    """A shipped catalogue by its id.

    Raises
    ------
    DefinitionError
        When nothing of that id is shipped.
    """
    if catalogue_id not in CATALOGUES:
        raise DefinitionError(
            "There is no such catalogue." + did_you_mean(catalogue_id, list(CATALOGUES)),
            where="catalogue",
            found=catalogue_id,
            allowed=", ".join(CATALOGUES),
            next_step="Choose one of these, and add activities of your own to it.",
        )
    return parse_catalogue(_text(catalogue_id), f"{catalogue_id}.toml")


def shipped_catalogues() -> list[Catalogue]:
    """All shipped catalogues, the default first."""
    return [load_catalogue(catalogue_id) for catalogue_id in CATALOGUES]


def parse_catalogue(text: str, where: str = "catalogue file") -> Catalogue:
    """A catalogue from TOML text.

    Raises
    ------
    DefinitionError
        When the text is not TOML, or not the shape of a catalogue; the message names the first faulty place.
    """
    return read_definition(
        Catalogue,
        text,
        what="catalogue",
        where=where,
        allowed="activities as in the shipped catalogues",
        next_step="Mend this place; docs/workshop.md shows every field.",
    )


def _text(name: str) -> str:
    return resources.files("clm_core.gaps").joinpath("catalogues", f"{name}.toml").read_text(encoding="utf-8")
