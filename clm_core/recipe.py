"""Everything a user tuned, as one value that goes into TOML and comes back equal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field

from clm_core.definitions import read_definition
from clm_core.errors import DefinitionError, InputError, did_you_mean
from clm_core.frameworks import SHIPPED, Framework, load_framework
from clm_core.ingest import Mapping, TableKind
from clm_core.personas import Persona, default_personas

SHORTEST_HORIZON, LONGEST_HORIZON = 7, 730


class Recipe(BaseModel):
    """What reproduces a run on the same files: mapping, framework and limits, personas, day and horizon."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=1, ge=1, le=1)
    framework: str = SHIPPED[0]
    limits: dict[str, float] = {}
    horizon_days: int = Field(default=90, ge=SHORTEST_HORIZON, le=LONGEST_HORIZON)
    discount_rate: float = Field(default=0.0, ge=0, lt=1)
    """By how much money a year ahead is worth less."""
    as_of: date | None = None
    mapping: dict[TableKind, Mapping] = {}
    hash_emails: bool = False
    """True to read every e-mail as its SHA-256, so that no address gets past the door."""
    definition: Framework | None = None
    personas: tuple[Persona, ...] = Field(default_factory=default_personas)

    def chosen_framework(self) -> Framework:
        """The framework with the user's limits: a definition of their own, or a shipped one.

        Raises
        ------
        DefinitionError
            When the recipe names a framework or limit that does not exist.
        """
        base = self.definition or load_framework(self.framework)
        for name in self.limits:
            if name not in base.limits:
                raise DefinitionError(
                    f"The framework has no limit of that name.{did_you_mean(name, list(base.limits))}",
                    where="recipe, limits",
                    found=name,
                    allowed=", ".join(base.limits),
                    next_step="Correct or remove the limit.",
                )
        return base.with_limits(self.limits)


def parse_recipe(text: str, where: str = "recipe") -> Recipe:
    """A recipe from TOML text.

    Raises
    ------
    DefinitionError
        When the text is not TOML or not a recipe; the message names the first faulty place.
    """
    return read_definition(
        Recipe,
        text,
        what="recipe",
        where=where,
        allowed=", ".join(Recipe.model_fields),
        next_step="Mend this place, or start from the recipe.toml that a run writes.",
    )


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file."""
    try:
        return parse_recipe(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            "The recipe cannot be read.", where=str(path), found=str(fault), next_step="Check the path of --recipe."
        ) from fault


def dump_recipe(recipe: Recipe) -> str:
    """A recipe as TOML text."""
    plain: dict[str, Any] = recipe.model_dump(mode="python", by_alias=True, exclude_none=True)
    return tomli_w.dumps(_plain(plain))


def _plain(value: Any) -> Any:
    """Tuples and nested models as TOML knows them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value
