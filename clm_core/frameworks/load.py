"""Read framework definitions: the shipped ones and a user's own."""

from __future__ import annotations

from functools import cache
from importlib import resources

import tomli_w

from clm_core.definitions import read_definition
from clm_core.errors import DefinitionError, did_you_mean
from clm_core.frameworks.model import Framework

SHIPPED = ("sterne_cutler", "inbound_service", "ecommerce_relationship", "race", "attract_sell_wow", "loyalty_loop")
"""The ids of the shipped frameworks, the default first."""
BY_SILENCE = ("days_182_385", "days_90_365", "days_40_90_180", "days_30_60_90")
"""The ids of rule sets that go by days since the last order, as vendors preset them: to compare with, mildest first."""


@cache
def load_framework(framework_id: str) -> Framework:
    """A shipped framework, or a rule set to compare with, by its id.

    Raises
    ------
    DefinitionError
        When nothing of that id is shipped.
    """
    known = [*SHIPPED, *BY_SILENCE]
    if not is_shipped(framework_id):
        raise DefinitionError(
            "There is no such framework." + did_you_mean(framework_id, known),
            where="framework",
            found=framework_id,
            allowed=", ".join(known),
            next_step="Choose one of these, or give a definition of your own in the recipe.",
        )
    text = resources.files("clm_core.frameworks").joinpath(f"{framework_id}.toml").read_text(encoding="utf-8")
    return parse_framework(text, f"{framework_id}.toml")


def is_shipped(framework_id: str) -> bool:
    """Whether an id is taken by a definition that comes with the product."""
    return framework_id in (*SHIPPED, *BY_SILENCE)


def shipped_frameworks() -> list[Framework]:
    """All shipped frameworks, the default first."""
    return [load_framework(framework_id) for framework_id in SHIPPED]


def silence_frameworks() -> list[Framework]:
    """The rule sets to compare with, the one with the longest limits first."""
    return [load_framework(framework_id) for framework_id in BY_SILENCE]


def parse_framework(text: str, where: str = "framework file") -> Framework:
    """A framework from TOML text.

    Raises
    ------
    DefinitionError
        When the text is not TOML, or not the shape of a framework; the message names the first faulty place.
    """
    return read_definition(
        Framework,
        text,
        what="framework definition",
        where=where,
        allowed="stages, limits and rules as in the shipped definitions",
        next_step="Mend this place; docs/frameworks.md shows every field.",
    )


def dump_framework(framework: Framework) -> str:
    """A framework as TOML text that :func:`parse_framework` reads back to an equal value."""
    return tomli_w.dumps(framework.model_dump(mode="json", by_alias=True, exclude_none=True))
