"""Definitions in TOML text, read into checked models; a fault is told with its place."""

from __future__ import annotations

import tomllib
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from clm_core.errors import DefinitionError

Model = TypeVar("Model", bound=BaseModel)


def read_definition(model: type[Model], text: str, *, what: str, where: str, allowed: str, next_step: str) -> Model:
    """A checked model from TOML text; ``what`` names it in messages.

    Raises
    ------
    DefinitionError
        When the text is not TOML, or not the shape of the model; the message names the first faulty place.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise DefinitionError(
            f"The {what} is not valid TOML.", where=where, found=str(fault), next_step="Mend that line."
        ) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        raise DefinitionError(
            f"The {what} does not fit.",
            where=f"{where}, {' → '.join(str(part) for part in first['loc'])}",
            found=f"{first['msg']} ({first.get('input')!r})"[:300],
            allowed=allowed,
            next_step=next_step,
        ) from fault
