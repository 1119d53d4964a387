"""The whole choice as a file: saved for next month's export, and used again."""

from __future__ import annotations

import streamlit as st

from clm_core.errors import MappingError, did_you_mean
from clm_core.features import FEATURES
from clm_core.frameworks import require_sound
from clm_core.recipe import Recipe, dump_recipe, parse_recipe
from pages.ui import inputs, state


def read(name: str, content: bytes) -> Recipe:
    """A recipe that this app can use on the files in use.

    Raises
    ------
    DefinitionError
        When it is no recipe, or its framework has a fault.
    MappingError
        When it names a column that the files do not have.
    """
    recipe = parse_recipe(content.decode("utf-8", "replace"), name)
    require_sound(recipe.chosen_framework(), FEATURES, name, before_reading=True)
    _check_columns(recipe, name)
    return recipe


def _check_columns(recipe: Recipe, name: str) -> None:
    for file in state.files():
        mapping = recipe.mapping.get(file.kind)
        known = list(file.look.columns) if file.look else []
        missing = [column for column in mapping.columns.values() if column not in known] if mapping and known else []
        if missing:
            raise MappingError(
                f"The recipe names a column that '{file.name}' does not have: '{missing[0]}'."
                + did_you_mean(missing[0], known),
                where=f"{name}, mapping of {file.kind}",
                found=", ".join(missing),
                allowed=", ".join(known),
                next_step="Use the recipe with the export it was made for, or export these columns too.",
            )


def apply_pending() -> None:
    """Take over a recipe that arrived on the run before; done before any widget exists, so that widgets follow it."""
    recipe = state.take_recipe()
    if recipe is None:
        return
    state.set_mappings(recipe.mapping)
    state.set_hash_emails(recipe.hash_emails)
    state.set_personas(recipe.personas)
    inputs.follow(recipe)
    state.leave_notice("The recipe is in use: columns, rows, framework, limits, personas and horizon follow it.")


def offer_download(key: str) -> None:
    """The button that saves everything chosen so far."""
    recipe = inputs.recipe()  # now: the click is answered outside this session
    st.download_button(
        "Save this choice as a recipe (TOML)",
        data=lambda: dump_recipe(recipe),
        file_name="recipe.toml",
        mime="application/toml",
        key=key,
        on_click="ignore",
        icon=":material/receipt_long:",
        help="Columns, how rows count, framework, limits, personas, day and horizon, without any customer row.",
    )
